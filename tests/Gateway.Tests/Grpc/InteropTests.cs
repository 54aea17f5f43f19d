using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using Messaging.Interop;
using Microsoft.AspNetCore.Builder;

namespace Messaging.Gateway.Tests.Grpc;

/// <summary>gRPC's published interoperability cases, by gRPC's own client for Node.</summary>
public sealed class InteropTests(InteropTests.Server server) : IClassFixture<InteropTests.Server>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData("empty_unary")]
    [InlineData("large_unary")]
    [InlineData("client_compressed_unary")]
    [InlineData("server_compressed_unary")]
    [InlineData("client_streaming")]
    [InlineData("client_compressed_streaming")]
    [InlineData("server_streaming")]
    [InlineData("server_compressed_streaming")]
    [InlineData("ping_pong")]
    [InlineData("empty_stream")]
    [InlineData("custom_metadata")]
    [InlineData("status_code_and_message")]
    [InlineData("special_status_message")]
    [InlineData("unimplemented_method")]
    [InlineData("unimplemented_service")]
    [InlineData("cancel_after_begin")]
    [InlineData("cancel_after_first_response")]
    [InlineData("timeout_on_sleeping_server")]
    public async Task A_client_for_Node_sees_an_ordinary_gRPC_server(string name)
    {
        var (code, output) = await RunAsync("node", [Path.Combine(Server.Folder, "interop.js"), server.Target, Server.Protos, name], Server.Folder, Ct);

        Assert.True(code == 0, $"{name} ended with {code}: {output}");
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException($"This test needs '{program}', which was not found: install Node.js 18 or later with npm (apt-get install nodejs npm).", exception);
        }

        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            try
            {
                await process.WaitForExitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }

            return (process.ExitCode, await output + await error);
        }
    }

    /// <summary>One gateway with its worker, and the client's packages.</summary>
    public sealed class Server : IAsyncLifetime
    {
        private readonly WebApplication _application = InteropHost.Create(IPAddress.Loopback, port: 0, broker: null);

        public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "node");

        public static string Protos { get; } = Path.Combine(AppContext.BaseDirectory, "Protos");

        public string Target { get; private set; } = string.Empty;

        public async ValueTask InitializeAsync()
        {
            if (!Directory.Exists(Path.Combine(Folder, "node_modules", "@grpc", "grpc-js")))
            {
                var (code, output) = await RunAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], Folder, CancellationToken.None);
                if (code != 0)
                {
                    throw new InvalidOperationException($"npm ci in {Folder} ended with {code}, so that gRPC's client for Node is missing: {output}");
                }
            }

            await _application.StartAsync();
            Target = new Uri(_application.Urls.Single()).Authority;
        }

        public async ValueTask DisposeAsync()
        {
            await _application.StopAsync();
            await _application.DisposeAsync();
        }
    }
}
