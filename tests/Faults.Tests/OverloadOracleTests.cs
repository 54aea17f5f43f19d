using Messaging.Faults.Overload;

namespace Messaging.Faults.Tests;

/// <summary>The judge of runs under overload reckons right, and sees what is wrong.</summary>
public sealed class OverloadOracleTests : IDisposable
{
    private const long Second = 1_000_000;
    private const long Quick = 10_000;

    private static readonly OverloadOptions _options = new() { Flooders = 2, Streams = 1, Slots = 1 };

    private readonly string _folder = Directory.CreateTempSubdirectory("messaging-overload-oracle-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_answered_in_time_is_held_against_what_was_answered_while_the_capacity_was_measured()
    {
        await WriteGoodRunAsync();

        var verdict = OverloadOracle.Judge(_folder, _options, []);

        Assert.Equal((100.0, 96.0), (verdict.Capacity, verdict.Goodput));
        Assert.Equal([96, 96], verdict.GoodputBySecond);
        Assert.Equal(206, verdict.Offered);
        Assert.Equal(
            [new RequesterShare("flooder-1", 150, 100, 50), new RequesterShare("flooder-2", 250, 80, 170), new RequesterShare("bystander", 12, 12, 0)], verdict.Shares);
        Assert.Equal(1.25, verdict.Unevenness);
        Assert.Equal((180, 176, 4, 0.5), (verdict.Begun, verdict.Finished, verdict.Stopped, verdict.SlotsBusy));
        Assert.Equal(TimeSpan.Zero, verdict.BackAfter);
        Assert.True(verdict.IsGood, verdict.ToString());
    }

    [Fact]
    public async Task Who_is_refused_in_time_has_not_failed_and_who_is_answered_too_late_has()
    {
        await WriteGoodRunAsync();
        await WriteAsync(
            "flooder-3",
            [
                .. Calls(OverloadPhase.Overload, 5, took: Second + 1), .. Calls(OverloadPhase.Overload, 7, took: Second, outcome: CallOutcome.DeadlineExceeded),
                .. Calls(OverloadPhase.Overload, 2, outcome: "Unavailable/NoRoute"), new ExampleLine("Unavailable/NoRoute", "Nobody serves it."), .. Calls(OverloadPhase.Overload, 30, took: Second),
            ]);

        var verdict = OverloadOracle.Judge(_folder, _options, []);

        Assert.Equal(new RequesterShare("flooder-3", 44, 30, 0), verdict.Shares.Single(static share => share.Name is "flooder-3"));
        Assert.Equal(
            [
                new("OK", OutcomeKind.Answered, 222), new(CallOutcome.RefusedInTime, OutcomeKind.RefusedInTime, 220), new("DeadlineExceeded", OutcomeKind.Failed, 7),
                new("answered late", OutcomeKind.Failed, 5), new("Unavailable/NoRoute", OutcomeKind.Failed, 2, "Nobody serves it."),
            ],
            verdict.Outcomes);
        Assert.Equal(["largest share by smallest 3.33", "failures but for deadlines 2"], Missed(verdict));
    }

    [Fact]
    public async Task A_bystander_that_starves_handlers_that_are_stopped_and_streams_that_end_are_no_good_end()
    {
        await WriteGoodRunAsync();
        await WriteAsync("worker-2", [new HandlersLine(At(OverloadPhase.Overload), 0, 0, 0, 0), new HandlersLine(At(OverloadPhase.After) - 1, 20, 0, 20, 0)]);
        File.Delete(Path.Combine(_folder, "bystander.timeline"));
        await WriteAsync(
            "bystander", [.. Calls(OverloadPhase.Overload, 10, outcome: CallOutcome.DeadlineExceeded), new StreamLine(At(OverloadPhase.Overload), 5, "Unavailable/ConnectionLost")]);

        var verdict = OverloadOracle.Judge(_folder, _options, []);

        Assert.Equal(["the bystander's calls answered 0.00", "handlers begun and stopped 12.0 %", "streams ended too soon 1"], Missed(verdict));
        Assert.Equal(["Unavailable/ConnectionLost x 1"], verdict.StreamsEnded);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(4, true)]
    [InlineData(11, false)]
    public async Task All_is_as_before_from_when_a_whole_second_was(int slowSteps, bool isMet)
    {
        await WriteGoodRunAsync();

        // Fifths of a second in which a tenth of the calls takes longer than it did before.
        await WriteAsync("flooder-3", [.. Calls(OverloadPhase.After, slowSteps, took: Second / 2, length: slowSteps * Second / 5)]);

        var verdict = OverloadOracle.Judge(_folder, _options, []);

        Assert.Equal(TimeSpan.FromSeconds(slowSteps / 5.0), verdict.BackAfter);
        Assert.Equal(isMet ? [] : ["back to normal after 2.2 s"], Missed(verdict).Where(static bar => bar.StartsWith("back", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_call_that_is_refused_where_nothing_is_too_much_is_no_good_sign()
    {
        await WriteGoodRunAsync();
        await WriteAsync("flooder-3", [.. Calls(OverloadPhase.WarmUp, 5, outcome: CallOutcome.RefusedInTime), .. Calls(OverloadPhase.Before, 3, outcome: CallOutcome.RefusedInTime)]);

        Assert.Contains("calls not answered before 3", Missed(OverloadOracle.Judge(_folder, _options, [])));
    }

    [Fact]
    public async Task A_run_that_was_never_as_before_again_says_so()
    {
        await WriteGoodRunAsync();
        await WriteAsync("flooder-3", [.. Calls(OverloadPhase.After, 40, outcome: CallOutcome.RefusedInTime, length: 4 * Second)]);

        var verdict = OverloadOracle.Judge(_folder, _options, []);

        Assert.Null(verdict.BackAfter);
        Assert.Contains("back to normal after not by the end", Missed(verdict));
    }

    [Fact]
    public async Task A_queue_that_does_not_run_empty_is_no_good_end_and_the_verdict_says_all_the_rest()
    {
        await WriteGoodRunAsync();

        var verdict = OverloadOracle.Judge(_folder, _options, ["the queue has not run empty: loaded: 3 ready, 2 unsettled, 0 on the way"]);

        Assert.False(verdict.IsGood);
        Assert.Empty(Missed(verdict));
        Assert.Contains("problem: the queue has not run empty: loaded: 3 ready", verdict.ToString(), StringComparison.Ordinal);
        Assert.Equal(96, verdict.Goodput);
    }

    [Fact]
    public async Task A_run_that_broke_off_is_judged_by_what_there_is()
    {
        await WriteAsync(OverloadOracle.RunName, [new PhaseLine(0, OverloadPhase.WarmUp), new PhaseLine(Second, OverloadPhase.Capacity)]);

        var verdict = OverloadOracle.Judge(_folder, _options, ["it broke off"]);

        Assert.False(verdict.IsGood);
        Assert.Equal((0, 0, 0), (verdict.Capacity, verdict.Begun, verdict.Outcomes.Count));
    }

    [Fact]
    public void Lines_and_orders_are_read_as_they_were_written()
    {
        foreach (var line in new TimelineLine[] { new CallLine(1, 2, "OK"), new StreamLine(3, 4, "Unavailable/NoRoute"), new HandlersLine(5, 6, 7, 8, 9), new ItemsLine(10, 11), new PhaseLine(12, OverloadPhase.After), new ExampleLine("OK", "as  it is") })
        {
            Assert.Equal(line, TimelineLine.Parse(line.ToString()));
        }

        foreach (var order in new[] { LoadOrder.None, LoadOrder.Closed(12), LoadOrder.Open(1234.5678901234) })
        {
            Assert.Equal(order, LoadOrder.Parse(order.ToString()));
        }

        Assert.Throws<FormatException>(() => TimelineLine.Parse("call 1 2"));
    }

    [Fact]
    public void What_is_refused_in_time_is_told_by_status_and_reason_from_what_failed()
    {
        Assert.Equal(CallOutcome.RefusedInTime, Outcome(StatusCode.ResourceExhausted, FailureReason.Overloaded));
        Assert.Equal("ResourceExhausted", Outcome(StatusCode.ResourceExhausted, FailureReason.None));
        Assert.Equal("DeadlineExceeded", Outcome(StatusCode.DeadlineExceeded, FailureReason.None));
        Assert.Equal("Cancelled", CallOutcome.Of(Task.FromCanceled(new CancellationToken(canceled: true))).Outcome);
        Assert.Equal(new CallEnd("OK"), CallOutcome.Of(Task.CompletedTask));

        static string Outcome(StatusCode status, FailureReason reason) => CallOutcome.Of(Task.FromException(new RpcException(status, "as it is") { Reason = reason })).Outcome;
    }

    private static List<string> Missed(OverloadVerdict verdict) => [.. verdict.Bars.Where(static bar => !bar.IsMet).Select(static bar => $"{bar.What} {bar.Value}")];

    // Every phase is two seconds, the last four.
    private static long At(OverloadPhase phase) => (int)phase * 2 * Second;

    private static IEnumerable<TimelineLine> Calls(OverloadPhase phase, int count, long took = Quick, string outcome = CallOutcome.Answered, long length = 2 * Second)
    {
        for (var number = 0; number < count; number++)
        {
            yield return new CallLine(At(phase) + (number * length / count), took, outcome);
        }
    }

    // 100 calls a second can be done; two flood, and the bystander gets its own.
    private async Task WriteGoodRunAsync()
    {
        await WriteAsync(
            OverloadOracle.RunName,
            [
                .. Enum.GetValues<OverloadPhase>().Where(static phase => phase != OverloadPhase.End).Select(static phase => new PhaseLine(At(phase), phase)),
                new PhaseLine(At(OverloadPhase.End) + (2 * Second), OverloadPhase.End),
            ]);
        await WriteAsync("flooder-1", [.. Load(), .. Calls(OverloadPhase.Overload, 100), .. Calls(OverloadPhase.Overload, 50, outcome: CallOutcome.RefusedInTime)]);
        await WriteAsync("flooder-2", [.. Load(), .. Calls(OverloadPhase.Overload, 80), .. Calls(OverloadPhase.Overload, 170, outcome: CallOutcome.RefusedInTime)]);
        await WriteAsync("bystander", [.. Calls(OverloadPhase.Overload, 12), new ItemsLine(At(OverloadPhase.Overload), 1), new ItemsLine(At(OverloadPhase.After) - 1, 21)]);
        await WriteAsync("worker-1", [new HandlersLine(At(OverloadPhase.Overload), 1000, 900, 50, 0), new HandlersLine(At(OverloadPhase.After) - 1, 1180, 1076, 54, Second)]);

        static IEnumerable<TimelineLine> Load() =>
            [.. Calls(OverloadPhase.Capacity, 100, took: 1), .. Calls(OverloadPhase.Before, 40), .. Calls(OverloadPhase.After, 80, length: 4 * Second)];
    }

    private async Task WriteAsync(string name, IReadOnlyList<TimelineLine> lines)
    {
        await using var timeline = new Timeline(_folder, name);
        foreach (var line in lines)
        {
            timeline.Write(line);
        }
    }
}
