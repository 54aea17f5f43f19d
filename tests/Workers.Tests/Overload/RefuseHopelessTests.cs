using Messaging.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Overload;

public sealed class RefuseHopelessTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly OverloadWatch _watch;
    private readonly SilentHandler _handler = new();

    public RefuseHopelessTests() => _watch = new OverloadWatch("calc", _time, NullLogger.Instance);

    public void Dispose() => _watch.Dispose();

    [Fact]
    public async Task A_call_that_has_less_left_than_its_handler_takes_is_refused()
    {
        LearnMs(200);

        var call = await LookAsync(waitedMs: 850, leftMs: 150);

        Assert.Equal(OutcomeKind.Failed, call.Outcome!.Kind);
        Assert.Equal((StatusCode.ResourceExhausted, FailureReason.Overloaded, false), (call.Outcome.Head.Status, call.Outcome.Head.Reason, call.Outcome.Head.MayHaveRun));
        Assert.Contains("stage 'worker': the call had waited for 850 ms; 150 ms of its time is left", call.Outcome.Head.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_has_enough_left_is_not()
    {
        LearnMs(200);

        Assert.Null((await LookAsync(waitedMs: 750, leftMs: 250)).Outcome);
    }

    [Fact]
    public async Task One_that_had_too_little_from_the_beginning_is_run()
    {
        LearnMs(200);

        Assert.Null((await LookAsync(waitedMs: 10, leftMs: 100)).Outcome);
    }

    [Fact]
    public async Task Of_handlers_that_differ_much_those_that_may_be_quick_are_run()
    {
        for (var i = 0; i < 500; i++)
        {
            _handler.UsualTime.Report(i % 4 == 0 ? 1000u : 400_000u, _time.GetTimestamp());
        }

        Assert.Null((await LookAsync(waitedMs: 990, leftMs: 10)).Outcome);
    }

    [Fact]
    public async Task While_none_succeeds_one_is_tried_now_and_then_and_if_it_is_quick_the_others_are_run_again()
    {
        LearnMs(600);
        Assert.NotNull((await LookAsync(waitedMs: 500, leftMs: 500)).Outcome);

        _time.Advance(TimeSpan.FromMilliseconds(300));
        var tried = await LookAsync(waitedMs: 500, leftMs: 500);
        Assert.Null(tried.Outcome);
        Assert.True(tried.IsTrial);
        Assert.NotNull((await LookAsync(waitedMs: 500, leftMs: 500)).Outcome);

        _handler.UsualTime.ReportTrial(50_000);
        Assert.Null((await LookAsync(waitedMs: 500, leftMs: 500)).Outcome);
    }

    [Fact]
    public async Task A_handler_that_becomes_slower_is_known_to_be()
    {
        LearnMs(20);
        LearnMs(200, times: 500);

        Assert.NotNull((await LookAsync(waitedMs: 850, leftMs: 150)).Outcome);
    }

    [Fact]
    public async Task What_was_taken_out_of_the_room_is_refused()
    {
        var call = await LookAsync(waitedMs: 300, leftMs: 700, refused: true);

        Assert.Equal(FailureReason.Overloaded, call.Outcome!.Head.Reason);
        Assert.False(call.Outcome.Head.MayHaveRun);
    }

    private void LearnMs(uint milliseconds, int times = 50)
    {
        for (var i = 0; i < times; i++)
        {
            _handler.UsualTime.Report(milliseconds * 1000, _time.GetTimestamp());
        }
    }

    private async Task<WorkerCall> LookAsync(int waitedMs, int leftMs, bool refused = false)
    {
        var call = WaitingCalls.Make("s", "Add");
        call.Handler = _handler;
        call.IsRefused = refused;
        call.BegunAt = _time.GetTimestamp();
        call.Waited = TimeSpan.FromMilliseconds(waitedMs);
        call.Head = new() { Method = "Add", Timeout = TimeSpan.FromMilliseconds(leftMs) };
        await new RefuseHopeless(_watch, _time).InvokeAsync(call);
        return call;
    }
}
