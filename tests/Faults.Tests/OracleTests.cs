using Messaging.Faults.Ledgers;
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
