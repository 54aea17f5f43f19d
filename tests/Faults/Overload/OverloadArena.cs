using System.Globalization;
using Messaging.Faults.Operators;
using Messaging.Faults.Parties;
using Messaging.InMemory;
using Messaging.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Faults.Overload;

/// <summary>All that a run under overload has running: a broker, workers, those who flood and the bystander.</summary>
internal sealed class OverloadArena : IAsyncDisposable
{
    /// <summary>The name of the one that does not flood.</summary>
    public const string BystanderName = "bystander";

    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(200);

    private readonly OverloadOptions _options;
    private readonly List<IOverloadParty> _parties = [];
    private readonly PrivateBroker? _broker;
    private readonly InMemoryBroker? _inMemory;
    private GatewayProcess? _gateway;

    private OverloadArena(OverloadOptions options, PrivateBroker? broker)
    {
        _options = options;
        _broker = broker;
        _inMemory = broker is null ? new InMemoryBroker() : null;
        Folder = options.Keep is { } folder ? Directory.CreateDirectory(folder).FullName : Directory.CreateTempSubdirectory("messaging-overload-").FullName;
    }

    /// <summary>Where timelines and logs lie.</summary>
    public string Folder { get; }

    public List<IOverloadParty> Workers { get; } = [];

    public List<IOverloadParty> Flooders { get; } = [];

    public IOverloadParty Bystander { get; private set; } = null!;

    public static async Task<OverloadArena> StartAsync(OverloadOptions options, CancellationToken cancellationToken)
    {
        var arena = new OverloadArena(options, options.InMemory ? null : await PrivateBroker.StartNewAsync(cancellationToken));
        try
        {
            await arena.StartAllAsync(cancellationToken);
            return arena;
        }
        catch
        {
            await arena.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the calls queue is empty.</summary>
    /// <returns>What is in it after the limit, in words; null where it is empty, or in memory, where nobody else could see it.</returns>
    public async Task<string?> WaitForQuietAsync(CancellationToken cancellationToken)
    {
        var started = SharedClock.Microseconds;
        while (_broker is not null)
        {
            var busy = (await BrokerMap.DrawAsync(_broker)).Queues.FirstOrDefault(static queue => queue.Name is ILoaded.Name && (queue.Kind is "unknown" || queue.Total > 0));
            if (busy is null || SharedClock.Microseconds - started > _options.QuietLimit.TotalMicroseconds)
            {
                return busy?.ToString();
            }

            await Task.Delay(_pollInterval, cancellationToken);
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var party in _parties)
        {
            await party.DisposeAsync();
        }

        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }

        _inMemory?.Dispose();
        if (_options.Keep is null)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        for (var number = 1; number <= _options.Workers; number++)
        {
            Workers.Add(await StartAsync(OverloadParty.Worker, string.Create(CultureInfo.InvariantCulture, $"worker-{number}"), [], cancellationToken));
        }

        _gateway = _options.Door == CallersDoor.Requester ? null : await GatewayProcess.StartAsync(_broker!.Uri, cancellationToken);
        KeyValuePair<string, string>[] door = _gateway is null
            ? []
            : [new("Party:Gateway", (_options.Door == CallersDoor.Grpc ? _gateway.Http2 : _gateway.Http).ToString())];
        for (var number = 1; number <= _options.Flooders; number++)
        {
            Flooders.Add(await StartAsync(OverloadParty.Caller, string.Create(CultureInfo.InvariantCulture, $"flooder-{number}"), door, cancellationToken));
        }

        Bystander = await StartAsync(
            OverloadParty.Caller, BystanderName, [.. door, new("Party:ReadsStreams", (_options.Streams > 0).ToString())], cancellationToken);
    }

    private async Task<IOverloadParty> StartAsync(string role, string name, IReadOnlyList<KeyValuePair<string, string>> own, CancellationToken cancellationToken)
    {
        List<KeyValuePair<string, string>> settings = [.. OverloadSettings.Of(_options), .. own];
        IOverloadParty party;
        if (_broker is not null)
        {
            settings.Add(new("Messaging:RabbitMq:Uri", _broker.Uri.OriginalString));
            party = new RemoteParty(await PartyProcess.StartAsync(role, name, Folder, settings));
        }
        else
        {
            var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            application.Configuration.AddInMemoryCollection(
                [.. settings.Select(static setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)), new("Party:Name", name), new("Party:Folder", Folder)]);
            party = role is OverloadParty.Worker
                ? await ServingParty.StartAsync(application, messaging => messaging.UseInMemory(_inMemory!), cancellationToken)
                : await CallingParty.StartAsync(application, messaging => messaging.UseInMemory(_inMemory!), cancellationToken);
        }

        _parties.Add(party);
        return party;
    }
}
