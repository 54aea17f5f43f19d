using Messaging.Calls.Contract;
using Messaging.Calls.Contract.Tapping;
using Messaging.RabbitMq.Tests.Support;
using Messaging.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.RabbitMq.Tests.Calls;

/// <summary>A test of whole calls against the shared broker.</summary>
public abstract class CallTest(BrokerFixture fixture) : IAsyncLifetime
{
    private readonly List<IHost> _hosts = [];
    private RabbitMqCallHarness? _harness;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected PrivateBroker Broker { get; } = fixture.Broker;

    public async ValueTask InitializeAsync() => _harness = await RabbitMqCallHarness.StartAsync(Broker);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var host in _hosts)
        {
            await host.StopAsync(CancellationToken.None);
            await ((IAsyncDisposable)host).DisposeAsync();
        }

        await _harness!.DisposeAsync();
    }

    protected Task StartWorkerAsync(CalcScript script, Action<WorkerOptions>? configure = null) => StartAsync(builder =>
    {
        builder.Services.AddSingleton(script);
        builder.AddWorker<ICalc, ScriptedCalc>(configure);
    });

    protected async Task<ICalc> StartRequesterAsync(MessageTap? tap = null)
    {
        var host = await StartAsync(builder =>
        {
            tap?.Install(builder);
            builder.AddRequester<ICalc>();
        });
        return host.Services.GetRequiredService<ICalc>();
    }

    private async Task<IHost> StartAsync(Action<MessagingBuilder> configure)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        configure(application.Services.AddMessaging().UseRabbitMq(options => options.Uri = Broker.Uri));
        var host = application.Build();
        _hosts.Add(host);
        await host.StartAsync(Token);
        return host;
    }
}
