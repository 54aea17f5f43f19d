using Messaging.Faults.Runs;
using Messaging.Faults.Tests.Support;

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

    private static async Task RunAsync(RunOptions options)
    {
        var output = TestContext.Current.TestOutputHelper!;
        var (verdict, faults) = await FaultRun.ExecuteAsync(
            // How late outcomes are says the long form, on a machine of its own: here many processes share few processors.
            options with { Rate = 200, Every = TimeSpan.FromSeconds(2), DeliveryLimit = 20, Lateness = TimeSpan.FromSeconds(3) },
            output.WriteLine,
            TestContext.Current.CancellationToken);

        output.WriteLine(verdict.ToString());
        Assert.Equal(options.MaxFaults, faults);
        Assert.True(verdict is { IsGood: true, Accepted: > 100, DeadLettered: 0 }, verdict.ToString());
    }
}
