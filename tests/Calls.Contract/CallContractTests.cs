using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messaging.Calls.Contract;

/// <summary>
/// What callers can rely on, whatever the transport: derive it, give it a broker, and every test here runs against it.
/// </summary>
public abstract partial class CallContractTests : IAsyncLifetime
{
    // Far beyond what any step takes: a test that waits this long has failed.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly List<IHost> _hosts = [];
    private ICallHarness? _harness;

    protected ICallHarness Harness => _harness ?? throw new InvalidOperationException("The harness has not been started.");

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts a broker without queues.</summary>
    protected abstract Task<ICallHarness> StartAsync();

    public async ValueTask InitializeAsync() => _harness = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var host in _hosts)
        {
            await host.StopAsync(CancellationToken.None);
            await ((IAsyncDisposable)host).DisposeAsync();
        }

        if (_harness is not null)
        {
            await _harness.DisposeAsync();
        }
    }

    protected Task<IHost> StartWorkerAsync(CalcScript? script = null, Action<WorkerOptions>? configure = null) =>
        StartHostAsync(builder =>
        {
            builder.Services.AddSingleton(script ?? new CalcScript());
            builder.AddWorker<ICalc, ScriptedCalc>(configure);
        });

    protected async Task<ICalc> StartRequesterAsync(Action<RequesterOptions>? configure = null)
    {
        var host = await StartHostAsync(builder => builder.AddRequester<ICalc>(configure));
        return host.Services.GetRequiredService<ICalc>();
    }

    protected async Task<IHost> StartHostAsync(Action<MessagingBuilder> configure)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Logging.SetMinimumLevel(LogLevel.Information).AddProvider(new TestOutputLogs());
        var builder = application.Services.AddMessaging();
        Harness.UseTransport(builder);
        configure(builder);
        var host = application.Build();
        _hosts.Add(host);
        await host.StartAsync(Token);
        return host;
    }

    /// <summary>Takes a worker's transport away without draining, as its death would.</summary>
    protected static async Task KillAsync(IHost host) =>
        await host.Services.GetRequiredService<Transport.ITransport>().DisposeAsync();

    protected static async Task<RpcException> FailsAsync(Task call) =>
        await Assert.ThrowsAsync<RpcException>(() => call.WaitAsync(_patience, Token));

    protected static Task<T> SoonAsync<T>(Task<T> task) => task.WaitAsync(_patience, Token);

    protected static Task SoonAsync(Task task) => task.WaitAsync(_patience, Token);

    protected static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
