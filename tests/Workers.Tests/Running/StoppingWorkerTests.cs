using Messaging.Calls.Contract;
using Messaging.InMemory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Running;

/// <summary>What comes to a worker while it stops and the broker has not yet heard of it.</summary>
public sealed class StoppingWorkerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_command_goes_back_once_and_not_before_the_broker_has_stopped_sending()
    {
        using var broker = new InMemoryBroker();
        var goodbyes = new HeldGoodbyes();
        using var worker = await StartWorkerAsync(broker, goodbyes, static () => Assert.Fail("It must not run."));
        using var requester = await StartAsync(broker, static builder => builder.AddRequester<ICalc>());

        var stopping = worker.StopAsync(Token);
        await goodbyes.Asked.WaitAsync(Token);
        var calc = requester.Services.GetRequiredService<ICalc>();
        await calc.RecordAsync(new Note("late"), Token);
        await goodbyes.Delivered.WaitAsync(Token);

        // A call that may run only once is served although the worker stops: what came before it has had its turn.
        Assert.Equal(3, (await calc.AddOnceAsync(new Addends(1, 2), Token)).Value);
        goodbyes.Release();
        await stopping.WaitAsync(Token);

        var queues = await requester.Services.GetRequiredService<IServiceQueues>().ListAsync("calc", Token);
        Assert.Equal(
            [(QueuePurpose.Calls, 0L), (QueuePurpose.Commands, 1L), (QueuePurpose.DeadLetters, 0L)],
            queues.Select(static queue => (queue.Purpose, queue.Messages)));
        Assert.Equal(1, goodbyes.Commands);
    }

    [Fact]
    public async Task A_command_that_may_not_come_back_again_runs_in_the_worker_that_stops()
    {
        using var broker = new InMemoryBroker();
        var (first, second) = (new HeldGoodbyes(), new HeldGoodbyes());
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var requester = await StartAsync(broker, static builder => builder.AddRequester<ICalc>());
        using var returning = await StartWorkerAsync(broker, first, static () => Assert.Fail("It must not run here."));
        var firstStops = returning.StopAsync(Token);
        await first.Asked.WaitAsync(Token);
        await requester.Services.GetRequiredService<ICalc>().RecordAsync(new Note("late"), Token);
        await first.Delivered.WaitAsync(Token);

        using var last = await StartWorkerAsync(broker, second, ran.SetResult);
        var lastStops = last.StopAsync(Token);
        await second.Asked.WaitAsync(Token);

        // Its copy is refused, so it is the broker that counts.
        broker.Faults.RefuseConfirms = true;
        first.Release();
        await firstStops.WaitAsync(Token);

        await Task.WhenAny(ran.Task, Task.Delay(TimeSpan.FromSeconds(10), Token));
        second.Release();
        await lastStops.WaitAsync(Token);
        Assert.True(ran.Task.IsCompleted);
        Assert.Equal(0, await requester.Services.GetRequiredService<IDeadLetters>().CountAsync("calc", Token));
    }

    private static Task<IHost> StartWorkerAsync(InMemoryBroker broker, HeldGoodbyes goodbyes, Action onCommand) =>
        StartAsync(broker, builder =>
        {
            builder.Services.AddSingleton(new CalcScript
            {
                Record = (_, _) =>
                {
                    onCommand();
                    return Task.CompletedTask;
                },
            });
            builder.AddWorker<ICalc, ScriptedCalc>(static options => options.CommandDeliveryLimit = 1);
            goodbyes.Install(builder.Services);
        });

    private static async Task<IHost> StartAsync(InMemoryBroker broker, Action<MessagingBuilder> configure)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        configure(application.Services.AddMessaging().UseInMemory(broker));
        var host = application.Build();
        await host.StartAsync(Token);
        return host;
    }
}
