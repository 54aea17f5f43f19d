using Messaging.Calls;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Overload;

/// <summary>Who of those that wait for room goes next, and who is refused. 40 calls a second are answered.</summary>
public sealed class OverloadedLineTests : IAsyncDisposable
{
    private static readonly TimeSpan _betweenAnswers = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly CallBench _bench;

    public OverloadedLineTests() => _bench = new CallBench(maxPendingCalls: 1, _time);

    private CallWindow Window => _bench.Window;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task While_all_can_be_answered_in_time_they_go_in_the_order_in_which_they_came()
    {
        BeginAnswers();

        var waiting = WaitMany(30, _second);

        Assert.All(waiting, call => Assert.False(call.HasEnded));
        foreach (var call in waiting)
        {
            Window.Leave();
            await call.GoesOn;
        }
    }

    [Fact]
    public async Task Of_more_than_can_be_answered_in_time_the_newest_go_first_and_the_oldest_are_refused()
    {
        BeginAnswers();

        var waiting = WaitMany(100, _second);

        // As many are left as are answered in a second.
        Assert.All(waiting[..55], call => Assert.True(call.HasEnded));
        Assert.All(waiting[65..], call => Assert.False(call.HasEnded));
        Window.Leave();
        await waiting[99].GoesOn;
        Window.Leave();
        await waiting[98].GoesOn;
    }

    [Fact]
    public void Who_is_refused_is_told_why_and_when_to_call_again()
    {
        BeginAnswers();

        var failure = WaitMany(100, _second)[0].Failure!;

        Assert.Equal((StatusCode.ResourceExhausted, FailureReason.Overloaded, false, "calc/Add"), (failure.Status, failure.Reason, failure.MayHaveRun, failure.Operation));
        Assert.Contains("stage 'requester'", failure.Detail, StringComparison.Ordinal);
        Assert.Matches("of which (3[6-9]|4[0-4]) a second are answered", failure.Detail);
        Assert.InRange(failure.RetryAfter!.Value.TotalSeconds, 0.5, 1.5);
    }

    [Fact]
    public void Those_with_more_time_are_not_refused_with_the_others()
    {
        BeginAnswers();
        var patient = Wait(TimeSpan.FromMinutes(1));
        var hasty = WaitMany(100, _second);
        _time.Advance(_betweenAnswers * 2);

        hasty.Add(Wait(_second));

        Assert.False(patient.HasEnded);
        Assert.All(hasty[..55], call => Assert.True(call.HasEnded));
        Assert.All(hasty[70..], call => Assert.False(call.HasEnded));
    }

    [Fact]
    public void While_nothing_is_answered_nobody_is_refused()
    {
        Fill();

        // Workers are away: that is no overload, and they may be back in time.
        var waiting = WaitMany(1000, _second);

        Assert.All(waiting, call => Assert.False(call.HasEnded));
    }

    [Fact]
    public void When_answers_stop_nobody_is_refused_any_more()
    {
        BeginAnswers();
        _time.Advance(_second);

        var waiting = WaitMany(1000, _second);

        Assert.All(waiting, call => Assert.False(call.HasEnded));
    }

    [Fact]
    public void While_the_connection_takes_nothing_nobody_is_refused()
    {
        BeginAnswers();
        Window.Pause(paused: true);

        var waiting = WaitMany(1000, _second);

        Assert.All(waiting, call => Assert.False(call.HasEnded));
    }

    [Fact]
    public async Task When_the_line_is_short_again_the_oldest_has_its_turn()
    {
        BeginAnswers();
        var waiting = WaitMany(100, _second);
        for (var newest = 99; newest >= 65; newest--)
        {
            Window.Leave();
            await waiting[newest].GoesOn;
        }

        var oldest = waiting.First(call => !call.HasEnded && !call.HasGoneOn);
        Wait(TimeSpan.FromSeconds(10));
        Wait(TimeSpan.FromSeconds(10));
        Window.Leave();

        await oldest.GoesOn;
    }

    [Fact]
    public void Those_refused_leave_nothing_behind()
    {
        BeginAnswers();
        var before = _bench.Calls.Count;

        var waiting = WaitMany(10_000, _second);

        var left = waiting.Count(call => !call.HasEnded);
        Assert.Equal(left, Window.Waiting);
        Assert.Equal(before + left, _bench.Calls.Count);
        Assert.Equal(1, Window.Count);
    }

    private void Fill() => Assert.True(Window.TryEnter());

    /// <summary>Has so many answers come as say how many come in a second.</summary>
    private void BeginAnswers()
    {
        Fill();
        _bench.Load.Watch(_bench.Load.Now);
        for (var answers = 0; answers < 20; answers++)
        {
            var call = _bench.Begin();
            _time.Advance(_betweenAnswers);
            var now = 0L;
            _bench.Load.OnAnswer(call, headers: null, failed: false, waitMs: 0, handlerUs: 20_000, ref now);
            Assert.True(call.End());
        }
    }

    private List<CallBench.Call> WaitMany(int count, TimeSpan timeout) => [.. Enumerable.Range(0, count).Select(_ => Wait(timeout))];

    private CallBench.Call Wait(TimeSpan timeout)
    {
        var call = _bench.Begin(timeout);
        Window.Wait(call);
        return call;
    }
}
