using System.Reflection;
using Messaging.Testing.Processes;

namespace Messaging.Faults.Overload;

/// <summary>The gateway's own program, with its own settings, before the broker of a run.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private static readonly string _program = typeof(GatewayProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static metadata => metadata.Key is "Gateway").Value!;

    private readonly DotnetProcess _process;

    private GatewayProcess(DotnetProcess process, Uri http, Uri http2) => (_process, Http, Http2) = (process, http, http2);

    /// <summary>Where it takes HTTP/1.1.</summary>
    public Uri Http { get; }

    /// <summary>Where it takes HTTP/2.</summary>
    public Uri Http2 { get; }

    /// <summary>Starts it; complete when it listens.</summary>
    public static async Task<GatewayProcess> StartAsync(Uri broker, CancellationToken cancellationToken)
    {
        var process = DotnetProcess.Start(
            _program,
            "--Messaging:RabbitMq:Uri", broker.OriginalString,
            "--Messaging:Gateway:Services:0", ILoaded.Name,
            "--Kestrel:Endpoints:Http:Url", "http://127.0.0.1:0",
            "--Kestrel:Endpoints:Grpc:Url", "http://127.0.0.1:0");
        try
        {
            // The endpoints come in the order of their names: Grpc, Http.
            var http2 = AddressIn(await process.LineWithAsync(Listening, cancellationToken));
            return new GatewayProcess(process, AddressIn(await process.LineWithAsync(Listening, cancellationToken)), http2);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static Uri AddressIn(string line) => new(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]);
}
