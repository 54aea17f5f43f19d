using System.Collections.Concurrent;
using Messaging.Calls.Contract;
using Messaging.InMemory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Messaging;

/// <summary>A worker and a requester of commands that run later, in memory and by a clock that the test moves.</summary>
public abstract class DelayedCommandTest : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    protected FakeTimeProvider Time { get; } = new();
    /// <summary>What has run, in order.</summary>
    protected ConcurrentQueue<(string Text, int Attempt)> Runs { get; } = new();
    /// <summary>Which runs fail.</summary>
    protected Func<Note, bool> Fails { get; set; } = static _ => false;
    private IHost? _host;

    protected IHost Application => _host!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected ICalc Calc => _host!.Services.GetRequiredService<ICalc>();

    private protected BrokerFaults Faults => _host!.Services.GetRequiredService<InMemoryBroker>().Faults;

    public async ValueTask DisposeAsync()
    {
        await _host!.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task UntilHealthIsAsync(HealthStatus status)
    {
        var health = _host!.Services.GetRequiredService<HealthCheckService>();
        var limit = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while ((await health.CheckHealthAsync(Token)).Status != status)
        {
            Assert.InRange(Environment.TickCount64, 0, limit);
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, Token);
        }
    }

    protected void Refuse(bool refuse, bool takesCopies)
    {
        if (takesCopies)
        {
            Faults.RefuseQuestions = refuse;
        }
        else
        {
            Faults.RefuseConfirms = refuse;
        }
    }

    protected Task UntilAsync(int runs) => UntilAsync(() => Runs.Count >= runs);

    protected Task UntilAsync(Func<(string Text, int Attempt), bool> which, int runs) => UntilAsync(() => Runs.Count(which) >= runs);

    protected static async Task UntilAsync(Func<bool> condition)
    {
        var limit = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (!condition())
        {
            Assert.InRange(Environment.TickCount64, 0, limit);
            await Task.Delay(1, Token);
        }
    }

    protected Task StartAsync(Action<WorkerOptions>? configure = null)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddSingleton<TimeProvider>(Time);
        application.Services.AddHealthChecks().AddMessaging();
        application.Services.AddSingleton(new CalcScript
        {
            Record = (note, _) =>
            {
                Runs.Enqueue((note.Text, CallContext.Current!.Attempt));
                return Fails(note) ? throw new InvalidOperationException("fails") : Task.CompletedTask;
            },
        });
        application.Services.AddMessaging().UseInMemory().AddWorker<ICalc, ScriptedCalc>(configure).AddRequester<ICalc>(
            static options => options.Timeout = TimeSpan.FromDays(20));
        _host = application.Build();
        return _host.StartAsync(Token);
    }
}
