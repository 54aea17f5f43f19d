using System.Reflection;
using Messaging.Testing.Processes;

namespace Messaging.Gateway.Tests.Host;

/// <summary>The gateway as a program.</summary>
internal static class GatewayProcess
{
    private const string Listening = "Now listening on: ";

    private static readonly string _program = typeof(GatewayProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static metadata => metadata.Key is "Program").Value!;

    public static DotnetProcess Start(params string[] arguments) => DotnetProcess.Start(_program, arguments);

    /// <summary>Starts it in front of a broker, on free ports, and waits until it listens.</summary>
    /// <returns>The process, and its addresses for HTTP/1.1 and HTTP/2.</returns>
    public static async Task<(DotnetProcess Process, Uri Http, Uri Http2)> StartAsync(Uri broker, CancellationToken cancellationToken, params string[] arguments)
    {
        var process = Start(
        [
            "--Messaging:RabbitMq:Uri", broker.OriginalString,
            "--Messaging:Gateway:Services:0", "*",
            "--Kestrel:Endpoints:Http:Url", "http://127.0.0.1:0",
            "--Kestrel:Endpoints:Grpc:Url", "http://127.0.0.1:0",
            .. arguments,
        ]);
        try
        {
            // The endpoints come in the order of their names: Grpc, Http.
            var http2 = await process.LineWithAsync(Listening, cancellationToken);
            var http = await process.LineWithAsync(Listening, cancellationToken);
            return (process, AddressIn(http), AddressIn(http2));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private static Uri AddressIn(string line) => new(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]);
}
