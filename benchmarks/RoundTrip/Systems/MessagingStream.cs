using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Messaging.RoundTrip.Systems;

/// <summary>The service that streams.</summary>
[Service("roundtrip.pour")]
public interface IPour
{
    /// <summary>Items like the request, without end.</summary>
    IAsyncEnumerable<EchoRequest> PourAsync(EchoRequest request, CancellationToken ct = default);
}

/// <summary>This repository's reply streams as a user would set them up. A call is an item, and each caller reads a stream of its own.</summary>
internal sealed partial class MessagingStream : IRoundTripSystem
{
    public const string Name = "messaging-stream";

    private readonly ConcurrentBag<IAsyncEnumerator<EchoRequest>> _readers = [];
    private IHost? _host;
    private IPour? _pour;
    private EchoRequest _request = new();

    public Task StartWorkerAsync(SystemSetup setup, HandlerWork work, CancellationToken cancellationToken) =>
        StartAsync(setup, messaging => messaging.AddWorker<IPour, Pour>().Services.AddSingleton(work), cancellationToken);

    public async Task StartRequesterAsync(SystemSetup setup, CancellationToken cancellationToken)
    {
        _request = new EchoRequest { Payload = new string('x', setup.PayloadBytes) };
        await StartAsync(setup, static messaging => messaging.AddRequester<IPour>(), cancellationToken);
        _pour = _host!.Services.GetRequiredService<IPour>();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask CallAsync()
    {
        if (!_readers.TryTake(out var reader))
        {
            reader = _pour!.PourAsync(_request).GetAsyncEnumerator();
        }

        if (!await reader.MoveNextAsync() || reader.Current.Payload.Length != _request.Payload.Length)
        {
            throw new InvalidDataException("The item's payload is not the request's.");
        }

        _readers.Add(reader);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var reader in _readers)
        {
            await reader.DisposeAsync();
        }

        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }
    }

    private async Task StartAsync(SystemSetup setup, Action<MessagingBuilder> add, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        // Standard output is the report's, or what a worker's process answers on.
        builder.Logging.AddSimpleConsole();
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter(level => level >= LogLevel.Error);
        add(builder.Services.AddMessaging().UseJson(PourJson.Default).UseRabbitMq(options => options.Uri = setup.Broker));
        _host = builder.Build();
        await _host.StartAsync(cancellationToken);
    }

    private sealed class Pour(HandlerWork work) : IPour
    {
        public async IAsyncEnumerable<EchoRequest> PourAsync(EchoRequest request, [EnumeratorCancellation] CancellationToken ct = default)
        {
            while (true)
            {
                await work.RunAsync();
                yield return request;
            }
        }
    }

    [JsonSerializable(typeof(EchoRequest))]
    private sealed partial class PourJson : JsonSerializerContext;
}
