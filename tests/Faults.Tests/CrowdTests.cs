using System.Diagnostics;
using Messaging.Calls.Contract;
using Messaging.Faults.Tests.Support;

namespace Messaging.Faults.Tests;

/// <summary>Many who do the same thing at the same time.</summary>
public sealed class CrowdTests(BrokerFixture fixture) : FaultTest(fixture)
{
    [Fact]
    [Row(43)]
    public async Task All_requesters_of_a_herd_are_served_again_soon_after_a_restart()
    {
        // Two connections each.
        const int Requesters = 100;
        var limit = TimeSpan.FromSeconds(30);
        await StartWorkerAsync();
        var herd = await Task.WhenAll(Enumerable.Range(0, Requesters).Select(_ => StartRequesterAsync()));
        await Task.WhenAll(herd.Select(site => UntilServedAsync(site.Calc)));

        await Broker.RestartAsync(Token);
        var restarted = Stopwatch.GetTimestamp();
        var served = await Task.WhenAll(herd.Select(async site =>
        {
            await UntilServedAsync(site.Calc);
            return Stopwatch.GetElapsedTime(restarted);
        }));

        TestContext.Current.TestOutputHelper!.WriteLine($"The median was served again {served.Order().ElementAt(Requesters / 2)} after the restart, the last {served.Max()}.");
        Assert.True(served.Max() < limit, $"It took {served.Max()}.");
        Assert.All(herd, site => Assert.Equal(1, site.LinksLost));
    }

    [Fact]
    [Row(44)]
    public async Task Where_every_handler_fails_retries_add_a_tenth_at_the_most()
    {
        const int Calls = 1000;
        const int Burst = 10;
        var attempts = 0;
        await StartWorkerAsync(new CalcScript
        {
            Add = (_, _) =>
            {
                Interlocked.Increment(ref attempts);
                throw new RpcException(StatusCode.Unavailable, "out of order");
            },
        });
        var site = await StartRequesterAsync(configure: options => options.Retry.BudgetBurst = Burst);

        var ends = await Task.WhenAll(Enumerable.Range(0, Calls).Select(number => EndsAsync(() => site.Calc.AddAgainAsync(new Addends(number, 0), Token))));

        Assert.All(ends, end => Assert.Equal(StatusCode.Unavailable, end.Status));
        Assert.InRange(attempts, Calls + 1, (int)(Calls * 1.1) + Burst);
    }
}
