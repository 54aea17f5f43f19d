using Messaging.Calls.Contract;
using Messaging.Faults.Tests.Support;

namespace Messaging.Faults.Tests;

public sealed class AlarmTests(BrokerFixture fixture) : FaultTest(fixture)
{
    [Theory]
    [Row(21, 22)]
    [InlineData("set_vm_memory_high_watermark", "0.0001", "0.4")]
    [InlineData("set_disk_free_limit", "1000000GB", "50MB")]
    public async Task A_broker_short_of_memory_or_disk_holds_up_publishers_within_their_deadlines_and_workers_still_settle(
        string setting, string alarming, string normal)
    {
        var (running, release) = (Signal(), Signal());
        var worker = await StartWorkerAsync(new CalcScript
        {
            Record = async (_, token) =>
            {
                running.TrySetResult();
                await release.Task.WaitAsync(token);
            },
        });
        var site = await StartRequesterAsync(connect: options => options.Heartbeat = TimeSpan.FromSeconds(1));
        await UntilServedAsync(site.Calc);
        await SoonAsync(site.Calc.RecordAsync(new Note("before"), Token));
        await SoonAsync(running.Task);
        var timeout = TimeSpan.FromSeconds(4);
        var calc = site.Calc.With(new CallOptions { Timeout = timeout });

        await Broker.RabbitmqctlAsync(setting, alarming);
        try
        {
            // Longer than a silence would be borne: a blocked connection is not a dead one.
            var ends = await Task.WhenAll(
                EndsAsync(() => calc.AddAsync(new Addends(1, 2), Token)),
                EndsAsync(() => calc.RecordAsync(new Note("during"), Token)));
            Assert.All(ends, end => Assert.Equal(StatusCode.DeadlineExceeded, end.Status));
            Assert.All(ends, end => Assert.True(end.Elapsed < timeout + Late, $"It took {end.Elapsed}."));

            // Settled on a connection of its own, which publishes nothing and is not blocked.
            release.SetResult();
            await UntilAsync(async () => await MessagesInAsync("calc.commands") == 0, "the worker's acknowledgement arrives");
        }
        finally
        {
            await Broker.RabbitmqctlAsync(setting, normal);
        }

        await UntilServedAsync(site.Calc);
        Assert.Equal((0, 0), (site.LinksLost, worker.LinksLost));
    }
}
