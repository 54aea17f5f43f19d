using Messaging.RabbitMq.Tests.Support;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.RabbitMq.Tests;

public sealed class ConfirmTests(BrokerFixture fixture) : TransportTest(fixture)
{
    private OutboundMessage Command(string messageId) => new()
    {
        Queue = WireNames.CommandsQueue(Service),
        Type = "Ship",
        ContentType = "application/json",
        MessageId = messageId,
        Persistent = true,
        Headers = new Dictionary<string, object?> { ["traceparent"] = "00-1-2-3" },
        Body = "{}"u8.ToArray(),
    };

    private async Task DeclareServiceAsync()
    {
        await using var worker = await OpenWorkerAsync(new WorkerSink(), subscription => subscription with { Commands = true });
    }

    [Fact]
    public async Task A_command_is_confirmed_once_its_queue_has_it()
    {
        await DeclareServiceAsync();
        await using var requester = await OpenRequesterAsync(new RequesterSink());

        await requester.PublishConfirmedAsync(Command("command-1"));

        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work, subscription => subscription with { Commands = true });
        var command = await work.Deliveries.NextAsync();
        Assert.Equal(QueueKind.Commands, command.Queue);
        Assert.Equal("command-1", command.Message.MessageId);
        await worker.AckAsync(command.Tag);
    }

    [Fact]
    public async Task Thousands_of_commands_are_confirmed_without_waiting_for_one_another()
    {
        const int Count = 5_000;
        await DeclareServiceAsync();
        await using var requester = await OpenRequesterAsync(new RequesterSink());

        var confirms = new Task[Count];
        for (var i = 0; i < Count; i++)
        {
            confirms[i] = requester.PublishConfirmedAsync(Command($"command-{i}")).AsTask();
        }

        await SoonAsync(Task.WhenAll(confirms));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work, subscription => subscription with { Commands = true, CommandPrefetch = 1000 });
        while (seen.Count < Count)
        {
            var command = await work.Deliveries.NextAsync();
            seen.Add(command.Message.MessageId!);
            await worker.AckAsync(command.Tag);
        }
    }

    [Fact]
    public async Task Commands_published_from_many_threads_are_each_confirmed()
    {
        await DeclareServiceAsync();
        await using var requester = await OpenRequesterAsync(new RequesterSink());

        await SoonAsync(Parallel.ForAsync(0, 2_000, Token, async (i, _) => await requester.PublishConfirmedAsync(Command($"command-{i}"))));

        Assert.Equal("2000", (await Broker.RabbitmqctlAsync("eval", $"{{ok, Q}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"/\">>, queue, <<\"{WireNames.CommandsQueue(Service)}\">>)), {{ok, R, _}} = rabbit_amqqueue:stat(Q), R.")).Trim());
    }

    [Fact]
    public async Task A_command_for_a_queue_that_does_not_exist_is_unroutable_and_its_neighbours_are_confirmed()
    {
        await DeclareServiceAsync();
        await using var requester = await OpenRequesterAsync(new RequesterSink());

        var confirms = new List<Task>();
        var returned = new List<Task>();
        for (var i = 0; i < 200; i++)
        {
            confirms.Add(requester.PublishConfirmedAsync(Command("good")).AsTask());
            returned.Add(requester.PublishConfirmedAsync(Command("good") with { Queue = "nobody.commands" }).AsTask());
        }

        await SoonAsync(Task.WhenAll(confirms));
        foreach (var one in returned)
        {
            var failure = await FailsAsync(TransportFailure.Unroutable, () => one);
            Assert.Contains("nobody.commands", failure.Message, StringComparison.Ordinal);
        }

        Assert.False(requester.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_command_that_a_full_queue_rejects_is_refused()
    {
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        var queue = Service + "-full";
        var arguments = new Dictionary<string, object?> { ["x-max-length"] = 1, ["x-overflow"] = "reject-publish" };
        await bare.Channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: Token);
        await using var requester = await OpenRequesterAsync(new RequesterSink());
        await requester.PublishConfirmedAsync(Command("first") with { Queue = queue });

        await FailsAsync(TransportFailure.Refused, async () =>
        {
            // The queue notices that it is full behind the message that fills it.
            for (var i = 0; i < 1_000; i++)
            {
                await requester.PublishConfirmedAsync(Command("more") with { Queue = queue });
            }
        });
    }

    [Fact]
    public async Task What_is_unconfirmed_when_the_broker_is_killed_is_unknown_and_what_was_confirmed_is_there_afterwards()
    {
        await DeclareServiceAsync();
        await Broker.SyncAsync();
        var requester = await OpenRequesterAsync(new RequesterSink());
        var accepted = new HashSet<string>(StringComparer.Ordinal);
        var flooding = new TaskCompletionSource();
        var outcomes = Task.WhenAll(Enumerable.Range(0, 50).Select(async stream =>
        {
            for (var i = 0; ; i++)
            {
                var id = $"{stream}-{i}";
                try
                {
                    await requester.PublishConfirmedAsync(Command(id));
                    lock (accepted)
                    {
                        accepted.Add(id);
                    }

                    flooding.TrySetResult();
                }
                catch (TransportException e)
                {
                    return e.Failure;
                }
            }
        }));
        await SoonAsync(flooding.Task);

        await Broker.KillAsync();
        var failures = await SoonAsync(outcomes);
        var loss = await SoonAsync(requester.Lost);
        await Broker.StartAsync(Token);

        Assert.All(failures, failure => Assert.True(failure is TransportFailure.Unknown or TransportFailure.NotSent, failure.ToString()));
        Assert.Contains(TransportFailure.Unknown, failures);
        Assert.False(loss.Disposed);
        await requester.DisposeAsync();
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work, subscription => subscription with { Commands = true, CommandPrefetch = 1000 });
        while (accepted.Count > 0)
        {
            var command = await work.Deliveries.NextAsync();
            accepted.Remove(command.Message.MessageId!);
            await worker.AckAsync(command.Tag);
        }
    }

    [Fact]
    public async Task A_dead_letter_is_confirmed_into_the_service_s_dead_letter_queue()
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work, subscription => subscription with { Commands = true });

        await worker.PublishConfirmedAsync(Command("command-1") with
        {
            Queue = WireNames.DeadLetterQueue(Service),
            Headers = new Dictionary<string, object?> { [WireNames.DeadReason] = "poison" },
        });

        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        var dead = await bare.Channel.BasicGetAsync(WireNames.DeadLetterQueue(Service), autoAck: true, Token);
        Assert.Equal("command-1", dead!.BasicProperties.MessageId);
        Assert.Equal("poison"u8.ToArray(), dead.BasicProperties.Headers![WireNames.DeadReason]);
    }

    [Fact]
    public async Task A_command_that_comes_back_too_often_is_dead_lettered_by_the_broker()
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work, subscription => subscription with { Commands = true, CommandDeliveryLimit = 2 });
        await using var requester = await OpenRequesterAsync(new RequesterSink());
        await requester.PublishConfirmedAsync(Command("poison"));

        for (var i = 0; i < 3; i++)
        {
            await worker.RequeueAsync((await work.Deliveries.NextAsync()).Tag);
        }

        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        var dead = new Mailbox<string>();
        var consumer = new global::RabbitMQ.Client.Events.AsyncEventingBasicConsumer(bare.Channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            dead.Add(delivery.BasicProperties.MessageId!);
            return Task.CompletedTask;
        };
        await bare.Channel.BasicConsumeAsync(WireNames.DeadLetterQueue(Service), autoAck: true, string.Empty, noLocal: false, exclusive: false, arguments: null, consumer, Token);
        Assert.Equal("poison", await dead.NextAsync());
    }
}
