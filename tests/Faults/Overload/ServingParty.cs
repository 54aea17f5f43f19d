using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Faults.Overload;

/// <summary>A worker.</summary>
internal sealed class ServingParty : IOverloadParty
{
    private readonly IHost _host;
    private readonly Timeline _timeline;
    private bool _ended;

    private ServingParty(string name, IHost host, Timeline timeline) => (Name, _host, _timeline) = (name, host, timeline);

    public string Name { get; }

    /// <summary>Starts it; complete when it serves.</summary>
    public static async Task<ServingParty> StartAsync(HostApplicationBuilder application, Action<MessagingBuilder> useTransport, CancellationToken cancellationToken)
    {
        var party = application.Configuration.GetSection("Party").Get<OverloadPartyOptions>()!;
        var timeline = new Timeline(party.Folder, party.Name);
        application.Services
            .AddSingleton(application.Configuration.GetSection(OverloadSettings.Section).Get<OverloadOptions>()!)
            .AddSingleton(timeline)
            .AddSingleton<HandlerCount>()
            .AddHostedService(static provider => provider.GetRequiredService<HandlerCount>());
        var messaging = application.Services.AddMessaging();
        useTransport(messaging);
        messaging.AddWorker<ILoaded, LoadedWorker>();
        var host = application.Build();
        await host.StartAsync(cancellationToken);
        return new ServingParty(party.Name, host, timeline);
    }

    public Task<long> ObeyAsync(LoadOrder order, CancellationToken cancellationToken) => Task.FromResult(0L);

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        _ended = true;
        await _host.StopAsync(cancellationToken);
        await ((IAsyncDisposable)_host).DisposeAsync();
        await _timeline.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_ended)
        {
            await EndAsync(CancellationToken.None);
        }
    }
}
