using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.MassTransit.Tests.Support;

/// <summary>Starts applications, some written with MassTransit alone, some with Messaging, on one broker.</summary>
public abstract class BridgeTest(BrokerFixture fixture) : IAsyncLifetime
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly List<IHost> _hosts = [];

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected BrokerFixture Fixture => fixture;

    /// <summary>The broker, without the queues of the test before.</summary>
    public async ValueTask InitializeAsync()
    {
        foreach (var queue in (await fixture.Broker.RabbitmqctlAsync("list_queues", "name")).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!string.Equals(queue, "name", StringComparison.Ordinal))
            {
                await fixture.Broker.RabbitmqctlAsync("delete_queue", queue);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var host in Enumerable.Reverse(_hosts))
        {
            await host.StopAsync(CancellationToken.None);
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }

    /// <summary>An application with a bus, and with Messaging where <paramref name="messaging"/> says so.</summary>
    protected async Task<IHost> StartAsync(
        Action<IBusRegistrationConfigurator>? bus = null,
        Action<MessagingBuilder>? messaging = null,
        Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator>? broker = null)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddMassTransit(configurator =>
        {
            bus?.Invoke(configurator);
            configurator.UsingRabbitMq((context, factory) =>
            {
                factory.Host(fixture.Broker.Uri);
                broker?.Invoke(context, factory);
                factory.ConfigureEndpoints(context);
            });
        });
        application.Services.AddOptions<MassTransitHostOptions>().Configure(static options => options.WaitUntilStarted = true);
        if (messaging is not null)
        {
            messaging(application.Services.AddMessaging());
        }

        var host = application.Build();
        _hosts.Add(host);
        await host.StartAsync(Token);
        return host;
    }

    protected async Task StopAsync(IHost host)
    {
        _hosts.Remove(host);
        await host.StopAsync(Token);
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    protected static Task<T> SoonAsync<T>(Task<T> task) => task.WaitAsync(_patience, Token);

    protected static Task SoonAsync(Task task) => task.WaitAsync(_patience, Token);

    protected static TaskCompletionSource<T> Signal<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits until a queue holds so many messages.</summary>
    protected async Task HoldsAsync(string queue, int messages)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(_patience);
        var line = $"{queue}\t{messages}";
        while (!(await fixture.Broker.RabbitmqctlAsync("list_queues", "name", "messages")).Split('\n', StringSplitOptions.TrimEntries).Contains(line, StringComparer.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token);
        }
    }
}
