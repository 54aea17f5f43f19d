using Messaging.Batching;
using Messaging.Deadlines;
using Messaging.Pipeline;
using Messaging.Running;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Overload;

public sealed class OverloadWatchTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly List<bool> _widened = [];
    private readonly List<string> _served = [];
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _came = new(0);
    private readonly DeadlineWheel _deadlines;
    private readonly OverloadWatch _watch;
    private readonly ConcurrencyGate _gate;

    public OverloadWatchTests()
    {
        _deadlines = new DeadlineWheel(_time);
        _watch = new OverloadWatch("calc", _time, NullLogger.Instance);
        _gate = new ConcurrencyGate(concurrency: 1, new Turns(_deadlines, _time), ServeAsync, new WaitingRoom(_time, maxMessages: 100));
        _watch.Watch(_gate, wide =>
        {
            lock (_widened)
            {
                _widened.Add(wide);
            }
        });
    }

    public void Dispose()
    {
        _watch.Dispose();
        _deadlines.Dispose();
        _came.Dispose();
    }

    [Fact]
    public async Task Long_waits_that_last_while_no_slot_is_free_are_an_overload()
    {
        await FillSlotAsync();
        Begin(waitMs: 400);
        Assert.False(_watch.IsOverloaded);
        _time.Advance(TimeSpan.FromMilliseconds(60));
        Begin(waitMs: 400);
        Assert.False(_watch.IsOverloaded);
        _time.Advance(TimeSpan.FromMilliseconds(60));
        Begin(waitMs: 400);

        Assert.True(_watch.IsOverloaded);
        Assert.Equal([true], _widened);
    }

    [Fact]
    public async Task One_short_wait_among_them_tells_a_burst_from_an_overload()
    {
        await FillSlotAsync();
        for (var i = 0; i < 20; i++)
        {
            Begin(waitMs: i % 2 == 0 ? 400 : 30);
            _time.Advance(TimeSpan.FromMilliseconds(60));
        }

        Assert.False(_watch.IsOverloaded);
    }

    [Fact]
    public void Waits_while_a_slot_is_free_are_none()
    {
        for (var i = 0; i < 5; i++)
        {
            Begin(waitMs: 900);
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.False(_watch.IsOverloaded);
    }

    [Fact]
    public async Task Slow_handlers_whose_calls_wait_for_one_run_are_none()
    {
        await FillSlotAsync();
        for (var i = 0; i < 5; i++)
        {
            Begin(waitMs: 900, usualMs: 500);
            _time.Advance(TimeSpan.FromMilliseconds(500));
        }

        Assert.False(_watch.IsOverloaded);
    }

    [Fact]
    public async Task Strangers_whose_calls_are_all_cancelled_before_they_end_have_waited()
    {
        await FillSlotAsync();
        for (var i = 0; i < 3; i++)
        {
            var call = Call(waitMs: 0);
            _time.Advance(TimeSpan.FromMilliseconds(60));
            _watch.OnStrangerEnded(call, cancelled: true);
        }

        Assert.True(_watch.IsOverloaded);
    }

    [Fact]
    public async Task It_is_over_when_nobody_has_waited_for_a_while_and_who_waits_then_is_served()
    {
        await FillSlotAsync();
        await OverloadAsync();
        Enter("a1", "a2", "b3");
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.True(_watch.IsOverloaded);

        _held.SetResult();
        await ServedAsync(3);
        for (var i = 0; i < 1000 && _watch.IsOverloaded; i++)
        {
            // The last of them may have to leave its slot first.
            await Task.Yield();
            _time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.False(_watch.IsOverloaded);
        Assert.False(_widened[^1]);
        Assert.Equal(["slot", "a2", "b3", "a1"], _served);
        Enter("c1", "c2", "c3");
        await ServedAsync(3);
        Assert.Equal(["c1", "c2", "c3"], _served[4..]);
    }

    [Fact]
    public async Task What_time_has_passed_in_the_room_is_refused_while_the_slots_are_full()
    {
        await FillSlotAsync();
        await OverloadAsync();
        Enter("a1", "a2");

        _time.Advance(TimeSpan.FromMilliseconds(1100));
        await ServedAsync(2);

        // Refusals take no slot, so that two turns of the pool may tell them at once.
        Assert.Equal("slot", _served[0]);
        Assert.Equal(["a1 refused", "a2 refused"], _served[1..].Order(StringComparer.Ordinal));
        Assert.Equal(1, _gate.Running);
        _held.SetResult();
        await _gate.StopAsync().WaitAsync(_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_gate_that_stops_refuses_nobody_more_and_is_empty_in_the_end()
    {
        await FillSlotAsync();
        await OverloadAsync();
        Enter("a1", "a2");
        var stopped = _gate.StopAsync();
        _time.Advance(TimeSpan.FromMilliseconds(1100));
        Assert.False(stopped.IsCompleted);

        _held.SetResult();
        await stopped.WaitAsync(_patience, TestContext.Current.CancellationToken);

        Assert.Equal(["slot", "a2", "a1"], _served);
    }

    private async Task FillSlotAsync()
    {
        Enter("slot");
        await ServedAsync(1);
    }

    private Task OverloadAsync()
    {
        Begin(waitMs: 900);
        _time.Advance(TimeSpan.FromMilliseconds(150));
        Begin(waitMs: 900);
        Assert.True(_watch.IsOverloaded);
        return Task.CompletedTask;
    }

    private void Enter(params string[] names)
    {
        foreach (var name in names)
        {
            Assert.True(_gate.TryEnter(WaitingCalls.Make(name[..1], name, arrivedAt: _time.GetTimestamp())));
        }

        _gate.Wake();
    }

    private async Task ServedAsync(int more)
    {
        for (; more > 0; more--)
        {
            Assert.True(await _came.WaitAsync(_patience, TestContext.Current.CancellationToken));
        }
    }

    private async ValueTask ServeAsync(WorkerCall call)
    {
        lock (_served)
        {
            _served.Add(call.IsRefused ? $"{call.Method} refused" : call.Method!);
        }

        _came.Release();
        if (call.Method is "slot")
        {
            await _held.Task;
        }
    }

    private void Begin(int waitMs, int usualMs = 20) => _watch.OnBegun(Call(waitMs), usualMs * 1000L);

    private WorkerCall Call(int waitMs)
    {
        var call = WaitingCalls.Make("s", "s1");
        call.Delivery.Sender = new SenderClock("s");
        call.Delivery.LateBy = 0;
        call.BegunAt = _time.GetTimestamp();
        call.Waited = TimeSpan.FromMilliseconds(waitMs);
        call.Head = new() { Method = "s1", Timeout = TimeSpan.FromMilliseconds(1000 - waitMs) };
        call.Handler = new SilentHandler();
        return call;
    }
}
