using Messaging.Faults.Ledgers;
using Messaging.Faults.Operators;
using Messaging.Faults.Verdicts;

namespace Messaging.Faults.Tests;

/// <summary>The judge of all others sees what is wrong.</summary>
public sealed class OracleTests : IDisposable
{
    private static readonly LeftBehind _nothing = new([], []);
    private readonly string _folder = Directory.CreateTempSubdirectory("messaging-oracle-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_done_or_waits_or_is_dead_is_not_lost()
    {
        Write("requester", [.. Sent("run"), .. Sent("waits"), .. Sent("dead"), .. Sent("gone"), Line(LedgerEvent.End, "-")]);
        Write("worker", Effect("run"));

        var verdict = Oracle.Judge(_folder, new LeftBehind(["waits"], ["dead"]));

        Assert.Equal(["gone"], verdict.Lost);
        Assert.Equal((4, 1, false), (verdict.Accepted, verdict.DeadLettered, verdict.IsGood));
        Assert.Empty(verdict.Unexpected);
    }

    [Fact]
    public void A_second_effect_is_a_fault_only_where_an_inbox_should_prevent_it()
    {
        Write("requester", Sent("twice"));
        Write("worker-1", Effect("twice"));
        Write("worker-2", Effect("twice"));

        Assert.Equal(["twice"], Oracle.Judge(_folder, _nothing).Duplicated);
        Assert.True(Oracle.Judge(_folder, _nothing).IsGood);
        Assert.False(Oracle.Judge(_folder, _nothing, exactlyOnce: true).IsGood);
    }

    [Fact]
    public void What_ran_without_having_been_accepted_is_recovered_unless_its_sender_was_told_that_it_cannot_have()
    {
        Write("requester", [Line(LedgerEvent.CommandIntent, "cut off"), .. Refused("unknown", mayHaveRun: true), .. Refused("denied", mayHaveRun: false)]);
        Write("worker", [.. Effect("cut off"), .. Effect("unknown"), .. Effect("denied"), .. Effect("nobody's")]);

        var verdict = Oracle.Judge(_folder, _nothing);

        Assert.Equal(["cutoff", "denied", "unknown"], verdict.Recovered.Order(StringComparer.Ordinal));
        Assert.Collection(
            verdict.Unexpected.Order(StringComparer.Ordinal),
            first => Assert.StartsWith("denied has run", first, StringComparison.Ordinal),
            second => Assert.StartsWith("nobody's was never intended", second, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_call_of_a_process_that_ended_in_order_has_one_outcome_in_time()
    {
        Write("orderly",
        [
            .. Call("late", elapsedMs: 1251), .. Call("just in time", elapsedMs: 1250), .. Call("twice", elapsedMs: 1), Line(LedgerEvent.CallOutcome, "twice", "OK"),
            Line(LedgerEvent.CallIntent, "unanswered"), Line(LedgerEvent.End, "-"),
        ]);
        Write("killed", [Line(LedgerEvent.CallIntent, "excused")]);

        var verdict = Oracle.Judge(_folder, _nothing);

        Assert.StartsWith("call late OK after 1251 of 1000 ms", Assert.Single(verdict.Late), StringComparison.Ordinal);
        Assert.Equal(["call twice has ended twice", "call unanswered has no outcome"], verdict.Unexpected.Order(StringComparer.Ordinal));
        Assert.Equal(251, verdict.LatestMs);
    }

    [Fact]
    public void What_idle_workers_have_not_settled_and_what_stays_in_a_queue_is_no_good_end()
    {
        Write("requester", Sent("run"));
        Write("worker", Effect("run"));

        Assert.True(Oracle.Judge(_folder, _nothing).IsGood);
        Assert.False(Oracle.Judge(_folder, _nothing with { Unsettled = ["probe: 1"] }).IsGood);
        Assert.False(Oracle.Judge(_folder, _nothing with { Stuck = ["messaging.delay.2: 1"] }).IsGood);
    }

    [Fact]
    public void A_queue_that_does_not_run_empty_is_unsettled_where_a_worker_has_what_is_in_it_and_stuck_where_none_has()
    {
        var left = _nothing.After([new QueueCount("probe", "classic", false, 0, 2, 2), new QueueCount("messaging.delay.1", "quorum", false, 3, 0, 4)]);

        Assert.Equal(["probe: 0 ready, 2 unsettled, 0 on the way"], left.Unsettled);
        Assert.Equal(["messaging.delay.1: 3 ready, 0 unsettled, 1 on the way"], left.Stuck);
    }

    [Fact]
    public void A_dead_letter_of_a_handler_that_was_only_stopped_is_a_fault_and_one_of_a_handler_that_failed_is_none()
    {
        Write("requester", [.. Sent("failed"), .. Sent("stopped"), .. Sent("stopped earlier"), .. Sent("failed earlier")]);
        var left = new LeftBehind([], ["failed"]);
        Assert.Equal(["stopped", "stoppedearlier", "failedearlier"], Oracle.Judge(_folder, left).Lost);

        Write("operator", [Line(LedgerEvent.DeadLetterTaken, "failed earlier")]);
        left = new LeftBehind([], ["failed", "stopped", "stoppedearlier"]);
        Assert.True(Oracle.Judge(_folder, left).IsGood);

        var verdict = Oracle.Judge(_folder, left with { RolledOut = ["stopped"] });
        Assert.Equal(["stopped"], verdict.RolledOut);
        Assert.False(verdict.IsGood);

        Write("operator", [Line(LedgerEvent.DeadLetterTaken, "failed earlier"), Line(LedgerEvent.DeadLetterTaken, "stopped earlier", LedgerLine.Stopped)]);
        verdict = Oracle.Judge(_folder, new LeftBehind([], ["failed", "stopped"]));
        Assert.Equal(["stoppedearlier"], verdict.RolledOut);
        Assert.Equal((4, false), (verdict.DeadLettered, verdict.IsGood));
    }

    [Fact]
    public void What_was_refused_is_told_from_what_may_have_run()
    {
        Write("requester", [.. Refused("refused", mayHaveRun: false), .. Refused("failed", mayHaveRun: true), .. Sent("taken")]);

        var verdict = Oracle.Judge(_folder, _nothing);

        Assert.Equal(["command OK", "command Unavailable", "command Unavailable, refused"], verdict.Outcomes.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_cancelled_command_need_not_run_and_may_not_where_it_was_cancelled_in_time()
    {
        Write("requester", [.. Cancelled("in time", "OK"), .. Cancelled("failed", "Unavailable"), .. Cancelled("cut off", status: null), .. Sent("not cancelled")]);

        var verdict = Oracle.Judge(_folder, _nothing);
        Assert.Equal(["notcancelled"], verdict.Lost);
        Assert.Equal(1, verdict.Cancelled);

        Write("worker", [.. Effect("in time"), .. Effect("failed"), .. Effect("cut off"), .. Effect("not cancelled")]);
        verdict = Oracle.Judge(_folder, _nothing);
        Assert.Equal(["intime"], verdict.RanThoughCancelled);
        Assert.Equal(["intime has run although it was cancelled in time"], verdict.Unexpected);

        // Deleting the memory of a cancellation is an operator's doing.
        Write("operator", [Line(LedgerEvent.Operated, "deleted")]);
        verdict = Oracle.Judge(_folder, _nothing);
        Assert.Equal(["intime"], verdict.RanThoughCancelled);
        Assert.True(verdict.IsGood);
    }

    [Fact]
    public void Calls_and_cancellations_end_with_a_status_and_with_nothing_that_a_stopped_handler_or_an_observer_throws()
    {
        Write("requester",
        [
            Line(LedgerEvent.CallIntent, "rolled out"), Line(LedgerEvent.CallOutcome, "rolled out", "StoppedHandler"), .. Cancelled("cancelled", "IOException"),
        ]);

        Assert.Equal(
            ["call rolledout has ended with StoppedHandler", "cancelling cancelled has ended with IOException"], Oracle.Judge(_folder, _nothing).Unexpected);
    }

    [Fact]
    public void A_line_that_was_cut_off_is_none_and_a_spoilt_one_is_an_error()
    {
        Write("killed", Sent("whole"));
        File.AppendAllText(Path.Combine(_folder, "killed.ledger"), "CommandInt");
        Assert.Equal(2, Ledger.ReadAll(_folder).Count());

        File.AppendAllText(Path.Combine(_folder, "killed.ledger"), "\n");
        Assert.Throws<InvalidDataException>(() => Ledger.ReadAll(_folder).Count());
    }

    [Fact]
    public async Task A_ledger_has_every_line_when_its_writers_go_on()
    {
        await using var ledger = new Ledger(_folder, "busy");
        await Task.WhenAll(Enumerable.Range(0, 500).Select(number => ledger.WriteAsync(Line(LedgerEvent.CommandEffect, $"job-{number}"))));

        Assert.Equal(500, Ledger.ReadAll(_folder).Select(entry => entry.Line.Id).Distinct(StringComparer.Ordinal).Count());
    }

    private static LedgerLine[] Sent(string id) => [Line(LedgerEvent.CommandIntent, id), Line(LedgerEvent.CommandOutcome, id, "OK")];

    private static LedgerLine[] Cancelled(string id, string? status) =>
    [
        .. Sent(id), Line(LedgerEvent.CancelIntent, id), .. status is null ? Array.Empty<LedgerLine>() : [Line(LedgerEvent.CancelOutcome, id, status)],
    ];

    private static LedgerLine[] Refused(string id, bool mayHaveRun) =>
        [Line(LedgerEvent.CommandIntent, id), Line(LedgerEvent.CommandOutcome, id, "Unavailable") with { MayHaveRun = mayHaveRun }];

    private static LedgerLine[] Call(string id, double elapsedMs) =>
        [Line(LedgerEvent.CallIntent, id), Line(LedgerEvent.CallOutcome, id, "OK") with { ElapsedMs = elapsedMs, TimeoutMs = 1000 }];

    private static LedgerLine[] Effect(string id) => [Line(LedgerEvent.CommandEffect, id)];

    // Ids of a ledger have no spaces.
    private static LedgerLine Line(LedgerEvent what, string id, string status = "-") => new(what, id.Replace(" ", string.Empty, StringComparison.Ordinal), status);

    private void Write(string ledger, LedgerLine[] lines) =>
        File.WriteAllText(Path.Combine(_folder, ledger + Ledger.Extension), string.Concat(lines.Select(line => line + "\n")));
}
