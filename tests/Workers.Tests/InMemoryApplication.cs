using Messaging.Calls.Contract;
using Messaging.Health;
using Messaging.InMemory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging;

/// <summary>An application on the embedded broker with a worker and a requester of the test contract.</summary>
internal sealed class InMemoryApplication : IAsyncDisposable
{
    private readonly IHost _host;

    private InMemoryApplication(IHost host) => _host = host;

    public ICalc Calc => _host.Services.GetRequiredService<ICalc>();

    public IDeadLetters DeadLetters => _host.Services.GetRequiredService<IDeadLetters>();

    public InMemoryBroker Broker => _host.Services.GetRequiredService<InMemoryBroker>();

    public BrokerFaults Faults => Broker.Faults;

    public Participants Participants => _host.Services.GetRequiredService<Participants>();

    public static async Task<InMemoryApplication> StartAsync(
        CalcScript? script = null, Action<WorkerOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        services?.Invoke(application.Services);
        application.Services.AddSingleton(script ?? new CalcScript());
        application.Services.AddMessaging().UseInMemory().AddWorker<ICalc, ScriptedCalc>(configure).AddRequester<ICalc>();
        var host = application.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new InMemoryApplication(host);
    }

    public Task StopAsync() => _host.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
