using Messaging.Faults.Runs;
using Messaging.Faults.Tests.Support;
using Messaging.Faults.Verdicts;

namespace Messaging.Faults.Tests;

/// <summary>Load from processes, faults meanwhile, and the oracle's verdict: the long form, short.</summary>
public sealed class RunTests
{
    [Fact]
    [Row(5, 6)]
    public Task Nothing_accepted_is_lost_when_the_broker_is_killed_and_restarted() =>
        RunAsync(new RunOptions { Faults = ["broker-kill", "broker-restart"], MaxFaults = 2, Duration = TimeSpan.FromSeconds(10) });

    [Fact]
    [Row(1, 2, 38)]
    public Task Nothing_accepted_is_lost_when_workers_and_requesters_are_killed_and_ended() =>
        RunAsync(new RunOptions
        {
            Faults = ["worker-kill", "worker-term", "requester-kill", "requester-term"],
            MaxFaults = 4,
            Duration = TimeSpan.FromSeconds(10),
        });

    [Fact]
    [Row(3, 31)]
    public Task With_an_inbox_every_command_has_one_effect_though_workers_and_the_broker_are_killed() =>
        RunAsync(new RunOptions
        {
            Inbox = true,
            CallShare = 0.2,
            Faults = ["worker-kill", "broker-kill"],
            MaxFaults = 4,
            Duration = TimeSpan.FromSeconds(10),
        });

    [Fact]
    [Row(8, 9, 10, 11)]
    public Task Nothing_accepted_is_lost_on_a_bad_network() =>
        RunAsync(new RunOptions
        {
            Faults = ["reset", "blackhole", "delay", "trickle"],
            MaxFaults = 4,
            Duration = TimeSpan.FromSeconds(14),
        });

    [Fact]
    [Row(12, 13, 14)]
    public async Task Nothing_accepted_is_lost_when_a_cluster_loses_its_leader_a_minority_or_its_quorum()
    {
        Assert.SkipUnless(
            Testing.PrivateBroker.CanFormClusters,
            "A cluster is made of servers that are installed or lie in a root folder; containers of an image are not joined yet.");
        await RunAsync(new RunOptions
        {
            Nodes = 3,
            Faults = ["leader-kill", "partition", "quorum-loss"],
            MaxFaults = 3,
            Duration = TimeSpan.FromSeconds(20),
        });
    }

    [Fact]
    [Row(80)]
    public async Task Calls_are_answered_and_commands_accepted_while_the_nodes_of_a_cluster_restart_one_after_the_other()
    {
        Assert.SkipUnless(
            Testing.PrivateBroker.CanFormClusters,
            "A cluster is made of servers that are installed or lie in a root folder; containers of an image are not joined yet.");
        var verdict = await RunAsync(new RunOptions
        {
            Nodes = 3,
            Workers = 3,
            Requesters = 2,
            CallShare = 0.7,
            Idempotent = true,
            Faults = ["rolling-restart"],
            MaxFaults = 1,
            Duration = TimeSpan.FromSeconds(30),
        });

        // Of a thousand one is the bar of the long form. Beside other work a few more are late; without a standby it is a tenth and more.
        var all = verdict.Outcomes.Values.Sum();
        var answered = verdict.Outcomes.Where(static outcome => outcome.Key.EndsWith(" OK", StringComparison.Ordinal)).Sum(static outcome => outcome.Value);
        Assert.True(answered >= 0.98 * all, verdict.ToString());
    }

    [Fact]
    [Row(20, 62)]
    public Task Nothing_accepted_is_lost_when_an_operator_deletes_queues_with_and_without_commands() =>
        RunAsync(
            new RunOptions
            {
                Faults = ["queue-delete:probe.dead", "queue-delete:probe.commands", "queue-delete:messaging.delay.", "queue-delete:messaging.worker."],
                MaxFaults = 4,
                Variety = 0.3,
                Failing = 0.02,
                Duration = TimeSpan.FromSeconds(12),
            },
            deadLetters: true);

    [Fact]
    [Row(62)]
    public Task Nothing_accepted_is_lost_when_an_operator_deletes_exchanges_and_bindings() =>
        RunAsync(new RunOptions
        {
            Faults = ["exchange-delete:messaging.delay.", "binding-delete:messaging.delay.", "exchange-delete", "binding-delete"],
            MaxFaults = 4,
            Variety = 0.3,
            Duration = TimeSpan.FromSeconds(12),
        });

    [Fact]
    [Row(17, 62)]
    public Task Nothing_accepted_is_lost_when_an_operator_fills_queues() =>
        RunAsync(
            new RunOptions
            {
                Faults = ["queue-fill:probe.dead", "queue-fill:probe.commands", "queue-fill:messaging.delay.", "queue-fill"],
                MaxFaults = 4,
                Variety = 0.3,
                Failing = 0.02,
                Duration = TimeSpan.FromSeconds(12),
            },
            deadLetters: true);

    [Fact]
    [Row(63, 64)]
    public Task Nothing_accepted_is_lost_or_left_unsettled_where_application_code_and_observers_of_workers_throw() =>
        RunAsync(new RunOptions { Mischief = 0.03, Variety = 0.3, Duration = TimeSpan.FromSeconds(8) }, deadLetters: true);

    [Fact]
    [Row(64)]
    public Task Every_call_and_command_has_its_outcome_where_observers_and_serializers_of_requesters_throw() =>
        RunAsync(new RunOptions { RequesterMischief = 0.03, Variety = 0.3, Duration = TimeSpan.FromSeconds(8) });

    [Fact]
    [Row(65)]
    public Task A_roll_out_dead_letters_nothing_though_its_handlers_wrap_their_cancellation() =>
        RunAsync(new RunOptions
        {
            Faults = ["roll-out"],
            MaxFaults = 1,
            Slow = 0.05,
            DrainTimeout = TimeSpan.FromSeconds(1),
            Duration = TimeSpan.FromSeconds(10),
        });

    [Fact]
    public async Task A_run_whose_queues_do_not_run_empty_and_whose_fault_fails_has_a_verdict_that_says_so_and_keeps_its_ledgers()
    {
        var folder = Path.Combine(Path.GetTempPath(), "messaging-kept-" + Guid.NewGuid().ToString("N"));
        try
        {
            var (verdict, faults) = await FaultRun.ExecuteAsync(
                new RunOptions
                {
                    // More than a worker with two seconds for each can do, and a fault that only a cluster can have.
                    CallShare = 0,
                    Rate = 100,
                    Workers = 1,
                    Handling = TimeSpan.FromSeconds(2),
                    DrainTimeout = TimeSpan.FromSeconds(1),
                    QuietLimit = TimeSpan.FromSeconds(1),
                    Faults = ["leader-kill"],
                    MaxFaults = 1,
                    Every = TimeSpan.FromSeconds(1),
                    Duration = TimeSpan.FromSeconds(3),
                    Lateness = TimeSpan.FromSeconds(3),
                    Keep = folder,
                },
                TestContext.Current.TestOutputHelper!.WriteLine,
                TestContext.Current.CancellationToken);

            Assert.Equal(1, faults);
            Assert.Equal(["leader-kill: This fault needs a cluster: ask for 3 nodes."], verdict.Unexpected);
            Assert.Contains("probe.commands:", string.Join('\n', verdict.Stuck), StringComparison.Ordinal);
            Assert.True(verdict is { IsGood: false, Lost.Count: 0, Accepted: > 50 }, verdict.ToString());
            Assert.Contains("stuck: probe.commands:", await File.ReadAllTextAsync(Path.Combine(folder, "verdict.txt"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.NotEmpty(Directory.EnumerateFiles(folder, "requester-*.ledger"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Verdict> RunAsync(RunOptions options, bool deadLetters = false)
    {
        var output = TestContext.Current.TestOutputHelper!;
        var (verdict, faults) = await FaultRun.ExecuteAsync(
            // How late outcomes are says the long form, on a machine of its own: here many processes share few processors.
            options with { Rate = 200, Every = TimeSpan.FromSeconds(2), DeliveryLimit = 20, Lateness = TimeSpan.FromSeconds(3) },
            output.WriteLine,
            TestContext.Current.CancellationToken);

        output.WriteLine(verdict.ToString());
        Assert.Equal(options.MaxFaults, faults);
        Assert.True(verdict is { IsGood: true, Accepted: > 100 } && (deadLetters || verdict.DeadLettered == 0), verdict.ToString());
        return verdict;
    }
}
