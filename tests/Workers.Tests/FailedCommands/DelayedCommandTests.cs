using System.Collections.Concurrent;
using Messaging.Calls.Contract;
using Messaging.InMemory;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Messaging;

/// <summary>Commands that are to run later: because their sender said so, or because they failed.</summary>
public sealed class DelayedCommandTests : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<(string Text, int Attempt)> _runs = new();
    private Func<Note, bool> _fails = static _ => false;
    private IHost? _host;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ICalc Calc => _host!.Services.GetRequiredService<ICalc>();

    private BrokerFaults Faults => _host!.Services.GetRequiredService<InMemoryBroker>().Faults;

    public async ValueTask DisposeAsync()
    {
        await _host!.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    [Fact]
    public async Task A_delayed_command_runs_when_it_is_due_and_not_before()
    {
        await StartAsync();

        await Calc.With(new CallOptions { Delay = TimeSpan.FromHours(5) }).RecordAsync(new Note("later"), Token);
        _time.Advance(TimeSpan.FromHours(5) - TimeSpan.FromSeconds(1));
        await Calc.RecordAsync(new Note("now"), Token);
        await UntilAsync(1);
        Assert.Equal("now", _runs.Single().Text);

        _time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(2);
        Assert.Equal(("later", 1), _runs.Last());
    }

    [Fact]
    public async Task A_delay_longer_than_the_broker_keeps_a_message_is_kept_all_the_same()
    {
        await StartAsync();

        await Calc.With(new CallOptions { Delay = TimeSpan.FromDays(120) }).RecordAsync(new Note("later"), Token);
        for (var day = 0; day < 119; day++)
        {
            _time.Advance(TimeSpan.FromDays(1));
            await Calc.RecordAsync(new Note($"{day}"), Token);
            await UntilAsync(day + 1);
        }

        Assert.DoesNotContain(_runs, static run => run.Text is "later");
        _time.Advance(TimeSpan.FromDays(2));
        await UntilAsync(120);
        Assert.Equal(("later", 1), _runs.Last());
    }

    [Fact]
    public async Task A_delayed_command_that_is_cancelled_never_runs_and_its_neighbours_do()
    {
        await StartAsync();
        foreach (var id in new[] { "a", "b", "c" })
        {
            await Calc.With(new CallOptions { Delay = TimeSpan.FromDays(100), MessageId = id }).RecordAsync(new Note(id), Token);
        }

        await _host!.Services.GetRequiredService<IScheduledCommands>().CancelAsync("calc", "b", Token);

        // 101 days are what it takes where each part of the delay is sent on at once, and half a day more for each that is late.
        for (var half = 0; half < 206; half++)
        {
            _time.Advance(TimeSpan.FromHours(12));
            await Calc.RecordAsync(new Note("half a day"), Token);
            await UntilAsync(static run => run.Text is "half a day", half + 1);
        }

        await UntilAsync(static run => run.Text is "a" or "c", 2);
        Assert.DoesNotContain(_runs, static run => run.Text is "b");
        Assert.Empty(Faults.Peek("calc.dead"));
    }

    [Fact]
    public async Task A_cancelled_command_that_was_sent_twice_is_dropped_twice_and_then_forgotten()
    {
        await StartAsync();
        var scheduled = _host!.Services.GetRequiredService<IScheduledCommands>();
        foreach (var seconds in new[] { 3600, 3630 })
        {
            await Calc.With(new CallOptions { Delay = TimeSpan.FromSeconds(seconds), MessageId = "a" }).RecordAsync(new Note("a"), Token);
        }

        await scheduled.CancelAsync("calc", "a", Token);
        await scheduled.CancelAsync("calc", "of-nobody", Token);
        _time.Advance(TimeSpan.FromSeconds(3600));
        await Calc.RecordAsync(new Note("1"), Token);
        await UntilAsync(1);
        _time.Advance(TimeSpan.FromSeconds(30));
        await Calc.RecordAsync(new Note("2"), Token);
        await UntilAsync(2);
        Assert.Equal(2, Faults.Cancelled);
        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            return Faults.Cancelled == 1;
        });

        await Calc.With(new CallOptions { Delay = TimeSpan.FromSeconds(1), MessageId = "a" }).RecordAsync(new Note("again"), Token);
        _time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(3);
        Assert.Equal(["1", "2", "again"], _runs.Select(static run => run.Text));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_scheduled_command_waits_while_the_broker_does_not_say_whether_it_was_cancelled(bool takesCopies)
    {
        await StartAsync(static options => options.CommandDeliveryLimit = 2);
        foreach (var id in new[] { "a", "b" })
        {
            await Calc.With(new CallOptions { Delay = TimeSpan.FromSeconds(5), MessageId = id }).RecordAsync(new Note(id), Token);
        }

        await _host!.Services.GetRequiredService<IScheduledCommands>().CancelAsync("calc", "b", Token);
        Refuse(refuse: true, takesCopies);
        for (var seconds = 0; seconds < 600; seconds += 5)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(1, Token);
        }

        await UntilHealthIsAsync(HealthStatus.Degraded);
        Assert.Empty(_runs);
        Assert.Empty(Faults.Peek("calc.dead"));

        Refuse(refuse: false, takesCopies);
        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return !_runs.IsEmpty;
        });
        await UntilHealthIsAsync(HealthStatus.Healthy);
        for (var seconds = 0; seconds < 60; seconds++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, Token);
        }

        Assert.Equal(("a", 1), Assert.Single(_runs));
        Assert.Empty(Faults.Peek("calc.dead"));
    }

    [Fact]
    public async Task A_scheduled_command_that_waits_for_an_answer_goes_back_when_its_worker_stops()
    {
        await StartAsync();
        await Calc.With(new CallOptions { Delay = TimeSpan.FromSeconds(5), MessageId = "a" }).RecordAsync(new Note("a"), Token);
        Refuse(refuse: true, takesCopies: false);
        _time.Advance(TimeSpan.FromSeconds(5));
        await UntilHealthIsAsync(HealthStatus.Degraded);

        await _host!.StopAsync(Token);

        Assert.Empty(_runs);
        Assert.Equal("a", Assert.Single(Faults.Peek("calc.commands")).MessageId);
    }

    [Fact]
    public async Task A_command_that_keeps_failing_is_tried_again_after_growing_delays()
    {
        _fails = note => _runs.Count < 4;
        await StartAsync(options => options.CommandRetry = new CommandRetryOptions { ImmediateRetries = 0, BaseDelay = TimeSpan.FromSeconds(8) });

        await Calc.RecordAsync(new Note("a"), Token);
        foreach (var (runs, seconds) in new[] { (1, 8), (2, 16), (3, 32) })
        {
            await UntilAsync(runs);
            await UntilAsync(() => Faults.Delayed == 1);
            _time.Advance(TimeSpan.FromSeconds(seconds - 1));
            await Task.Yield();
            Assert.Equal(runs, _runs.Count);
            _time.Advance(TimeSpan.FromSeconds((seconds / 4) + 2));
        }

        await UntilAsync(4);
        Assert.Equal([1, 2, 3, 4], _runs.Select(static run => run.Attempt));
        Assert.Empty(Faults.Peek("calc.dead"));
    }

    [Fact]
    public async Task A_restart_of_all_workers_forgets_no_retry()
    {
        _fails = note => _runs.Count < 2;
        await StartAsync(options => options.CommandRetry.ImmediateRetries = 0);
        await Calc.RecordAsync(new Note("a"), Token);
        await UntilAsync(() => Faults.Delayed == 1);

        Faults.Stop();
        _time.Advance(TimeSpan.FromMinutes(1));
        Faults.Start();
        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return _runs.Count == 2;
        });

        Assert.Equal(2, _runs.Last().Attempt);
    }

    [Fact]
    public async Task A_strangers_command_that_is_sent_on_after_48_days_is_what_it_was()
    {
        _fails = static _ => true;
        await StartAsync(static options => options.CommandRetry.MaxAttempts = 1);
        var table = new Dictionary<string, object?>(StringComparer.Ordinal) { ["deep"] = new List<object?> { 1, null } };
        var foreign = new ForeignProperties { Priority = 9, Timestamp = 5, AppId = "theirs", ClusterId = "also" };
        Assert.True(Faults.RawPublish("calc.commands", new InboundMessage
        {
            Type = "Record",
            MessageId = "far",
            ReplyTo = "somebody",
            UserId = "them",
            Foreign = foreign,
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["scheduled"] = true,
                ["delay-left"] = (long)OutboundMessage.MaxDelay.TotalSeconds + 86_400,
                ["x-mine"] = (short)3,
                ["table"] = table,
            },
            Body = """{"text":"far"}"""u8.ToArray(),
        }));

        await UntilAsync(() => Faults.Delayed == 1);
        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromHours(6));
            return _runs.Count == 1;
        });
        await UntilAsync(() => Faults.Peek("calc.dead").Count == 1);

        var lying = Assert.Single(Faults.Peek("calc.dead"));
        Assert.Equal(("Record", "far", "somebody", "them", foreign), (lying.Type, lying.MessageId, lying.ReplyTo, lying.UserId, lying.Foreign));
        Assert.Equal((short)3, lying.Headers!["x-mine"]);
        Assert.Same(table, lying.Headers["table"]);
        Assert.Equal(0L, lying.Headers["delay-left"]);
    }

    [Fact]
    public async Task A_call_cannot_be_delayed()
    {
        await StartAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => Calc.With(new CallOptions { Delay = TimeSpan.FromSeconds(1) }).AddAsync(new Addends(1, 1), Token));
    }

    private async Task UntilHealthIsAsync(HealthStatus status)
    {
        var health = _host!.Services.GetRequiredService<HealthCheckService>();
        var limit = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while ((await health.CheckHealthAsync(Token)).Status != status)
        {
            Assert.InRange(Environment.TickCount64, 0, limit);
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, Token);
        }
    }

    private void Refuse(bool refuse, bool takesCopies)
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

    private Task UntilAsync(int runs) => UntilAsync(() => _runs.Count >= runs);

    private Task UntilAsync(Func<(string Text, int Attempt), bool> which, int runs) => UntilAsync(() => _runs.Count(which) >= runs);

    private static async Task UntilAsync(Func<bool> condition)
    {
        var limit = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (!condition())
        {
            Assert.InRange(Environment.TickCount64, 0, limit);
            await Task.Delay(1, Token);
        }
    }

    private Task StartAsync(Action<WorkerOptions>? configure = null)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddSingleton<TimeProvider>(_time);
        application.Services.AddHealthChecks().AddMessaging();
        application.Services.AddSingleton(new CalcScript
        {
            Record = (note, _) =>
            {
                _runs.Enqueue((note.Text, CallContext.Current!.Attempt));
                return _fails(note) ? throw new InvalidOperationException("fails") : Task.CompletedTask;
            },
        });
        application.Services.AddMessaging().UseInMemory().AddWorker<ICalc, ScriptedCalc>(configure).AddRequester<ICalc>(
            static options => options.Timeout = TimeSpan.FromDays(20));
        _host = application.Build();
        return _host.StartAsync(Token);
    }
}
