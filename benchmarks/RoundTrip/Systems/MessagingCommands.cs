using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Messaging.RoundTrip.Systems;

/// <summary>The service that takes commands.</summary>
[Service("roundtrip.ship")]
public interface IShip
{
    /// <summary>Is sent, and done.</summary>
    [Command]
    Task ShipAsync(EchoRequest command, CancellationToken ct = default);
}

/// <summary>This repository's commands as a user would set them up.</summary>
internal sealed partial class MessagingCommands : IRoundTripSystem
{
    public const string Name = "messaging-commands";

    private IHost? _host;
    private IShip? _ship;
    private EchoRequest _command = new();

    public Task StartWorkerAsync(SystemSetup setup, HandlerWork work, CancellationToken cancellationToken) =>
        StartAsync(
            setup,
            messaging => messaging.AddWorker<IShip, Ship>(worker =>
            {
                worker.CommandConcurrency = setup.Concurrency;
                worker.CommandPrefetch = setup.Prefetch;
            }).Services.AddSingleton(work),
            cancellationToken);

    public async Task StartRequesterAsync(SystemSetup setup, CancellationToken cancellationToken)
    {
        _command = new EchoRequest { Payload = new string('x', setup.PayloadBytes) };
        await StartAsync(setup, static messaging => messaging.AddRequester<IShip>(), cancellationToken);
        _ship = _host!.Services.GetRequiredService<IShip>();
    }

    public async ValueTask CallAsync() => await _ship!.ShipAsync(_command);

    public async ValueTask DisposeAsync()
    {
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
        add(builder.Services.AddMessaging().UseJson(ShipJson.Default).UseRabbitMq(options => options.Uri = setup.Broker));
        _host = builder.Build();
        await _host.StartAsync(cancellationToken);
    }

    private sealed class Ship(HandlerWork work) : IShip
    {
        public Task ShipAsync(EchoRequest command, CancellationToken ct = default) => work.RunAsync().AsTask();
    }

    [JsonSerializable(typeof(EchoRequest))]
    private sealed partial class ShipJson : JsonSerializerContext;
}
