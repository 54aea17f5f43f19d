using System.Net;
using System.Reflection;
using Messaging.Interop;
using Messaging.Testing.Node;
using Microsoft.AspNetCore.Builder;

namespace Messaging.Gateway.Tests.Grpc;

/// <summary>gRPC's published interoperability cases, by gRPC's own clients for Node and Python.</summary>
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
        var (code, output) = await Command.RunAsync("node", ["interop.js", server.Target, Server.Protos, name], Server.NodeFolder, Ct);

        Assert.True(code == 0, $"{name} ended with {code}: {output}");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_client_for_Python_sees_an_ordinary_gRPC_server()
    {
        var generated = Directory.CreateTempSubdirectory("interop-");
        try
        {
            var (code, output) = await Command.RunAsync(
                "protoc", ["--proto_path", Path.Combine(Server.Protos, "grpc", "testing"), "--python_out", generated.FullName, "messages.proto"], generated.FullName, Ct);
            Assert.True(code == 0, $"protoc ended with {code}: {output}");

            // Debian's own, which sees Debian's packages.
            (code, output) = await Command.RunAsync("/usr/bin/python3", [Path.Combine(Server.PythonFolder, "interop.py"), server.Target, generated.FullName, "all"], generated.FullName, Ct);

            Assert.True(code == 0, $"It ended with {code}: {output}");
            Assert.Equal(18, output.Split('\n').Count(static line => line.Contains(": passed", StringComparison.Ordinal)));
        }
        finally
        {
            generated.Delete(recursive: true);
        }
    }

    /// <summary>One gateway with its worker, and what the clients need.</summary>
    public sealed class Server : IAsyncLifetime
    {
        private readonly WebApplication _application = InteropHost.Create(IPAddress.Loopback, port: 0, broker: null);

        public static string NodeFolder { get; } = Metadata("Node");

        public static string PythonFolder { get; } = Metadata("Python");

        public static string Protos { get; } = Path.Combine(AppContext.BaseDirectory, "Protos");

        public string Target { get; private set; } = string.Empty;

        public async ValueTask InitializeAsync()
        {
            await NodePackage.InstallAsync(NodeFolder, CancellationToken.None);
            await _application.StartAsync();
            Target = new Uri(_application.Urls.Single()).Authority;
        }

        public async ValueTask DisposeAsync()
        {
            await _application.StopAsync();
            await _application.DisposeAsync();
        }

        private static string Metadata(string key) => typeof(InteropTests).Assembly
            .GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => string.Equals(metadata.Key, key, StringComparison.Ordinal)).Value!;
    }
}
