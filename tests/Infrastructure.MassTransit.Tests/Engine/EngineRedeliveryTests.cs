using Messaging.Calls.Contract;
using Messaging.MassTransit.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.MassTransit.Tests.Engine;

/// <summary>What becomes of a call whose worker loses its connection in the middle of it.</summary>
public sealed class EngineRedeliveryTests(BrokerFixture fixture) : BridgeTest(fixture)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_whose_worker_is_cut_off_comes_to_another_unless_it_may_run_once(bool once)
    {
        var started = Signal<bool>();
        await ServeAsync(new CalcScript
        {
            Add = async (_, token) =>
            {
                started.TrySetResult(true);
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return new Sum(0);
            },
        });
        var requester = await StartAsync(messaging: static builder => Use(builder).AddRequester<ICalc>());
        var calc = requester.Services.GetRequiredService<ICalc>().With(new CallOptions { Timeout = TimeSpan.FromMinutes(5) });

        var call = once ? calc.AddOnceAsync(new Addends(1, 1), Token) : calc.AddAsync(new Addends(1, 1), Token);
        await SoonAsync(started.Task);
        var cut = await ConnectionOfConsumerAsync();
        await ServeAsync(new CalcScript { Add = static (_, _) => Task.FromResult(new Sum(CallContext.Current!.Attempt)) });
        await Fixture.Broker.RabbitmqctlAsync("close_connection", cut, "cut off by a test");

        if (once)
        {
            var failure = await Assert.ThrowsAsync<RpcException>(() => SoonAsync(call));
            Assert.Equal((StatusCode.Aborted, true), (failure.Status, failure.MayHaveRun));
        }
        else
        {
            Assert.Equal(2, (await SoonAsync(call)).Value);
        }
    }

    private static MessagingBuilder Use(MessagingBuilder builder) =>
        builder.UseMassTransit(static options => options.LeaveOut("calc", "Count", "Total", "Drink", "Echo", "Pour"));

    private Task<IHost> ServeAsync(CalcScript script) => StartAsync(messaging: builder =>
    {
        builder.Services.AddSingleton(script);
        Use(builder).AddWorker<ICalc, ScriptedCalc>(static options => (options.Concurrency, options.DrainTimeout) = (1, TimeSpan.FromSeconds(1)));
    });

    /// <summary>The connection that consumes from the service's queue.</summary>
    private async Task<string> ConnectionOfConsumerAsync()
    {
        var channel = (await Fixture.Broker.RabbitmqctlAsync("list_consumers", "queue_name", "channel_pid"))
            .Split('\n', StringSplitOptions.TrimEntries).Single(static line => line.StartsWith("calc\t", StringComparison.Ordinal)).Split('\t')[1];
        return (await Fixture.Broker.RabbitmqctlAsync("list_channels", "pid", "connection"))
            .Split('\n', StringSplitOptions.TrimEntries).Single(line => line.StartsWith(channel, StringComparison.Ordinal)).Split('\t')[1];
    }
}
