using Messaging.Watching;

namespace Messaging.Dashboard.Tests.Watching;

public sealed class SumTests
{
    private static ServiceInstance Instance(string name, params OperationLoad[] operations) =>
        new() { Service = "shop", Instance = name, Host = "h", Concurrency = 4, Running = 1, Operations = operations };

    private static OperationLoad Load(double rate, double median, double percentile, long handled = 0, long failed = 0, OperationKind kind = OperationKind.Call) => new()
    {
        Name = kind.ToString(),
        Kind = kind,
        Rate = rate,
        Median = TimeSpan.FromMilliseconds(median),
        Percentile99 = TimeSpan.FromMilliseconds(percentile),
        Handled = handled,
        Failed = failed,
    };

    [Fact]
    public void What_was_refused_in_time_is_shown_a_second_and_apart_from_what_failed()
    {
        var first = FailureRates.None.Next([Refusing(100, 10)]);
        var second = first.Next([Refusing(400, 15)]);
        var silent = second.Next([Refusing(400, 15)]);
        var restarted = silent.Next([Refusing(5, 1)]);

        Assert.Equal([0, 60, 60, 60], new[] { first, second, silent, restarted }.Select(rates => rates.RefusedOf(Refusing(0, 0))));
        var (total, services) = SampleMaker.Sum(["shop"], [Refusing(400, 15)], second, static _ => QueueLook.None);
        Assert.Equal((60, 0), (services[0].Refused, services[0].Failures));
        Assert.Equal(60, total.Refused);

        static ServiceInstance Refusing(long refused, int seconds) => Instance("a") with { Refused = refused, Uptime = TimeSpan.FromSeconds(seconds) };
    }

    [Fact]
    public void Medians_are_weighted_by_rates_and_the_slowest_99th_percentile_is_shown()
    {
        var (total, services) = SampleMaker.Sum(["shop"], [Instance("a", Load(90, 10, 50)), Instance("b", Load(10, 110, 40))], FailureRates.None, static _ => QueueLook.None);

        Assert.Equal(100, total.Rate);
        Assert.Equal(20, services[0].Median);
        Assert.Equal(50, services[0].Percentile99);
        Assert.Equal(8, services[0].Concurrency);
        Assert.Null(services[0].Waiting);
    }

    [Fact]
    public void Streams_last_as_long_as_they_are_read_and_are_left_out_of_the_latency()
    {
        var (_, services) = SampleMaker.Sum(["shop"], [Instance("a", Load(10, 5, 9), Load(1, 60_000, 90_000, kind: OperationKind.ReplyStream))], FailureRates.None, static _ => QueueLook.None);

        Assert.Equal(11, services[0].Rate);
        Assert.Equal(9, services[0].Percentile99);
    }

    [Fact]
    public void Failures_a_second_are_their_share_of_what_ended_between_two_announcements()
    {
        var first = FailureRates.None.Next([Instance("a", Load(10, 1, 1, handled: 100, failed: 4))]);
        var load = Load(10, 1, 1, handled: 150, failed: 14);
        var second = first.Next([Instance("a", load)]);
        var same = second.Next([Instance("a", load)]);
        var restarted = same.Next([Instance("b", load)]);

        Assert.Equal(0, first.Of(Instance("a"), load));
        Assert.Equal(2, second.Of(Instance("a"), load), 6);
        Assert.Equal(2, same.Of(Instance("a"), load), 6);
        Assert.Equal(0, restarted.Of(Instance("b"), load));
    }

    [Fact]
    public void Dead_letters_are_counted_apart_from_what_waits()
    {
        var look = new QueueLook([new("shop", QueuePurpose.Calls, 3, 1), new("shop.commands", QueuePurpose.Commands, 4, 1), new("shop.dead", QueuePurpose.DeadLetters, 5, 0)], null);

        var (total, services) = SampleMaker.Sum(["shop", "away"], [], FailureRates.None, name => name is "shop" ? look : QueueLook.None);

        Assert.Equal(7, services[0].Waiting);
        Assert.Equal(5, total.Dead);
        Assert.Null(services[1].Dead);
    }
}
