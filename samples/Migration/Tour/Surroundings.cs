using MassTransit;
using Messaging;
using Messaging.InMemory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Migration.Tour;

/// <summary>What the systems run on: MassTransit's bus, and Messaging's transport beside it, in memory or on one RabbitMQ.</summary>
internal sealed class Surroundings : IAsyncDisposable
{
    private readonly Uri? _broker;
    private readonly InMemoryBroker _memory = new();

    public Surroundings(Uri? broker)
    {
        _broker = broker;
        Bus = broker is null
            ? MassTransit.Bus.Factory.CreateUsingInMemory(static _ => { })
            : MassTransit.Bus.Factory.CreateUsingRabbitMq(bus => bus.Host(broker));
    }

    /// <summary>The bus of the old system; the new one's parts use it as well.</summary>
    public IBusControl Bus { get; }

    /// <summary>Starts an application of the new system.</summary>
    public async Task<IHost> StartAsync(Action<MessagingBuilder> configure, CancellationToken cancellationToken)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddSingleton<IBus>(Bus);
        var messaging = application.Services.AddMessaging();
        if (_broker is null)
        {
            messaging.UseInMemory(_memory);
        }
        else
        {
            messaging.UseRabbitMq(options => options.Uri = _broker);
        }

        configure(messaging);
        var host = application.Build();
        await host.StartAsync(cancellationToken);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await Bus.StopAsync(CancellationToken.None);
        _memory.Dispose();
    }
}
