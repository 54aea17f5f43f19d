using System.Threading.Channels;
using Messaging.InMemory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messaging.Stores.Contract;

/// <summary>An application on the test's broker and database: a process as far as the stores can tell.</summary>
public sealed class StoreApplication : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly LogEvents _events;
    private bool _stopped;

    private StoreApplication(IHost host, LogEvents events) => (_host, _events) = (host, events);

    public IServiceProvider Services => _host.Services;

    public IOutbox Outbox => Services.GetRequiredService<IOutbox>();

    public TService Get<TService>()
        where TService : class => Services.GetRequiredService<TService>();

    public static async Task<StoreApplication> StartAsync(
        IStoreHarness harness, InMemoryBroker broker, LedgerScript? worker = null, bool inbox = false, Action<OutboxOptions>? outbox = null, int concurrency = 1)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var events = new LogEvents();
        application.Logging.AddProvider(events);
        application.Services.AddHealthChecks().AddMessaging();
        var messaging = application.Services.AddMessaging().UseInMemory(broker);
        harness.Use(messaging);
        if (worker is not null)
        {
            application.Services.AddSingleton(worker);
            messaging.AddWorker<ILedger, Ledger>(options =>
            {
                options.CommandConcurrency = concurrency;
                options.CommandRetry.MaxAttempts = 1;
            });
        }

        if (inbox)
        {
            messaging.AddInbox<ILedger>();
        }

        if (outbox is not null)
        {
            messaging.AddRequester<ILedger>(static options => options.Compression.Algorithm = CompressionAlgorithm.Gzip).AddOutbox(outbox);
        }

        var host = application.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new StoreApplication(host, events);
    }

    /// <summary>Stores commands in one transaction, and leaves its end to the caller.</summary>
    public async Task SendAsync(IStoreHarness harness, bool commit, params string[] texts)
    {
        await using var connection = await harness.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        var ledger = Outbox.In<ILedger>(transaction);
        foreach (var text in texts)
        {
            await ledger.AddAsync(new Entry(text), TestContext.Current.CancellationToken);
        }

        await (commit ? transaction.CommitAsync(TestContext.Current.CancellationToken) : transaction.RollbackAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Waits until a line with this event id has been logged.</summary>
    public Task WaitForLogAsync(int eventId) => WaitForAnyLogAsync(eventId);

    /// <summary>Waits until a line with one of these event ids has been logged.</summary>
    public async Task WaitForAnyLogAsync(params int[] eventIds)
    {
        int id;
        do
        {
            id = await _events.Ids.Reader.ReadAsync(TestContext.Current.CancellationToken);
        }
        while (!eventIds.Contains(id));
    }

    /// <summary>Waits until readiness is as expected, and says why it is so.</summary>
    public async Task<string> UntilHealthAsync(HealthStatus expected)
    {
        var checks = Services.GetRequiredService<HealthCheckService>();
        while (true)
        {
            var entry = (await checks.CheckHealthAsync(static check => check.Tags.Contains("ready"), TestContext.Current.CancellationToken)).Entries["messaging-ready"];
            if (entry.Status == expected)
            {
                return entry.Description!;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits until so many messages wait for the inbox's database.</summary>
    public async Task UntilWaitingAsync(int count)
    {
        var checks = Services.GetRequiredService<HealthCheckService>();
        while (true)
        {
            var data = (await checks.CheckHealthAsync(static check => check.Tags.Contains("ready"), TestContext.Current.CancellationToken)).Entries["messaging-ready"].Data;
            if (data.TryGetValue("inbox ledger: running", out var waiting) && waiting is int running && running >= count)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }

    public async Task StopAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            await _host.StopAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private sealed class LogEvents : ILoggerProvider, ILogger
    {
        public Channel<int> Ids { get; } = Channel.CreateUnbounded<int>();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Information)
            {
                try
                {
                    TestContext.Current.TestOutputHelper?.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {logLevel} {formatter(state, exception)} {exception}");
                }
                catch (InvalidOperationException)
                {
                    // Logged after the test has ended; there is nowhere to write it.
                }
            }

            Ids.Writer.TryWrite(eventId.Id);
        }

        public void Dispose()
        {
        }
    }
}
