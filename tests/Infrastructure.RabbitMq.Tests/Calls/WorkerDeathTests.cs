using Messaging.Calls.Contract;
using Messaging.Calls.Contract.Tapping;
using Messaging.RabbitMq.Tests.Support;

namespace Messaging.RabbitMq.Tests.Calls;

/// <summary>kill -9 of worker processes in the middle of their calls.</summary>
public sealed class WorkerDeathTests(BrokerFixture fixture) : CallTest(fixture)
{
    private const int Calls = 20;

    private static readonly CallOptions _deadline = new() { Timeout = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task All_calls_of_a_killed_worker_are_answered_by_another_inside_their_deadline()
    {
        await using var victim = await ChildWorker.StartAsync(Broker, "hang");
        var calc = (await StartRequesterAsync()).With(_deadline);
        var calls = Enumerable.Range(0, Calls).Select(number => calc.AddAsync(new Addends(number, 1), Token)).ToList();
        for (var started = 0; started < Calls; started++)
        {
            Assert.StartsWith("started", await victim.ReadLineAsync(), StringComparison.Ordinal);
        }

        await using var heir = await ChildWorker.StartAsync(Broker, "serve");
        await victim.KillAsync();

        Assert.Equal(Enumerable.Range(1, Calls), (await Task.WhenAll(calls)).Select(sum => sum.Value));
    }

    [Fact]
    public async Task All_calls_of_the_batches_of_a_killed_worker_are_answered_by_another()
    {
        await using var victim = await ChildWorker.StartAsync(Broker, "hang");
        var tap = new MessageTap { HandlerUs = 10 };
        var calc = (await StartRequesterAsync(tap)).With(_deadline);
        await Task.WhenAll(Together(tap, number => calc.AddAsync(new Addends(-1 - number, 1), Token)));
        tap.Clear();

        var calls = Together(tap, number => calc.AddAsync(new Addends(number, 1), Token));
        for (var started = 0; started < Calls; started++)
        {
            Assert.StartsWith("started", await victim.ReadLineAsync(), StringComparison.Ordinal);
        }

        await using var heir = await ChildWorker.StartAsync(Broker, "serve");
        await victim.KillAsync();

        Assert.Equal(Enumerable.Range(1, Calls), (await Task.WhenAll(calls)).Select(sum => sum.Value));
        Assert.Contains(tap.Requests, message => message.Frames.Count > 1);
    }

    [Fact]
    public async Task At_most_once_calls_of_a_killed_worker_are_answered_with_may_have_run_and_run_once()
    {
        await using var victim = await ChildWorker.StartAsync(Broker, "hang");
        var calc = (await StartRequesterAsync()).With(_deadline);
        var calls = Enumerable.Range(0, Calls).Select(number => calc.AddOnceAsync(new Addends(number, 1), Token)).ToList();
        for (var started = 0; started < Calls; started++)
        {
            Assert.StartsWith("started", await victim.ReadLineAsync(), StringComparison.Ordinal);
        }

        await using var heir = await ChildWorker.StartAsync(Broker, "serve");
        await victim.KillAsync();

        foreach (var call in calls)
        {
            var failure = await Assert.ThrowsAsync<RpcException>(() => call);
            Assert.Equal((FailureReason.Redelivered, true), (failure.Reason, failure.MayHaveRun));
        }

        Assert.Empty(heir.Unread());
    }

    /// <summary>Makes calls while the connection takes nothing, so that they share messages.</summary>
    private static List<Task<Sum>> Together(MessageTap tap, Func<int, Task<Sum>> call)
    {
        tap.Hold();
        var calls = Enumerable.Range(0, Calls).Select(call).ToList();
        tap.Release();
        return calls;
    }
}
