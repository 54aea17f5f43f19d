using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Faults.Overload;

/// <summary>Who calls: with a requester of its own, or with nothing but a client of HTTP.</summary>
internal sealed class CallingParty : IOverloadParty
{
    // A gateway that does not answer must not hold up the run: what it owes has ended by then.
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(10);

    private readonly IHost _host;
    private readonly Timeline _timeline;
    private readonly CallBook _book = new();
    private readonly LoadGenerator _load;
    private readonly HttpClient? _client;
    private readonly StreamReaders? _streams;
    private bool _ended;

    private CallingParty(IHost host, OverloadPartyOptions party, OverloadOptions options)
    {
        Name = party.Name;
        _host = host;
        _timeline = new Timeline(party.Folder, party.Name);
        _client = party.Gateway is { } gateway
            ? new HttpClient(new SocketsHttpHandler { EnableMultipleHttp2Connections = true }) { BaseAddress = gateway, Timeout = options.Deadline + _grace }
            : null;
        _load = new LoadGenerator(
            options.Door switch
            {
                CallersDoor.Http => new HttpCaller(_client!, options.Deadline),
                CallersDoor.Grpc => new GrpcCaller(_client!, options.Deadline),
                _ => new RequesterCaller(host.Services.GetRequiredService<ILoaded>(), options.Deadline),
            },
            _book);
        if (party.ReadsStreams)
        {
            _streams = new StreamReaders(host.Services.GetRequiredService<ILoaded>(), options.Streams, _timeline);
        }
    }

    public string Name { get; }

    /// <summary>Starts it; complete when it can call.</summary>
    public static async Task<CallingParty> StartAsync(HostApplicationBuilder application, Action<MessagingBuilder> useTransport, CancellationToken cancellationToken)
    {
        var options = application.Configuration.GetSection(OverloadSettings.Section).Get<OverloadOptions>()!;
        var party = application.Configuration.GetSection("Party").Get<OverloadPartyOptions>()!;
        if (party.Gateway is null || party.ReadsStreams)
        {
            var messaging = application.Services.AddMessaging();
            useTransport(messaging);
            messaging.AddRequester<ILoaded>();
        }

        var host = application.Build();
        await host.StartAsync(cancellationToken);
        return new CallingParty(host, party, options);
    }

    public async Task<long> ObeyAsync(LoadOrder order, CancellationToken cancellationToken)
    {
        await _load.ObeyAsync(order);
        return _book.Answered;
    }

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        _ended = true;
        await _load.EndAsync();
        await _load.DisposeAsync();
        if (_streams is not null)
        {
            await _streams.DisposeAsync();
        }

        _book.CopyTo(_timeline);
        await _timeline.DisposeAsync();
        _client?.Dispose();
        await _host.StopAsync(cancellationToken);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_ended)
        {
            await EndAsync(CancellationToken.None);
        }
    }
}
