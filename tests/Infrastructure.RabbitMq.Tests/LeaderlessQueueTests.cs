using Messaging.RabbitMq.Tests.Support;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.RabbitMq.Tests;

/// <summary>A quorum queue that nobody leads refuses as one that is full does, before RabbitMQ 4; since then it answers late.</summary>
public sealed class LeaderlessQueueTests(BrokerFixture fixture) : TransportTest(fixture)
{
    private string Commands => WireNames.CommandsQueue(Service);

    [Fact]
    public async Task A_command_for_a_queue_that_nobody_leads_is_taken_when_somebody_does_and_never_refused_for_good()
    {
        await DeclareServiceAsync();
        await StopLeaderAsync();

        // Nothing was published on its channels yet, as after a reconnect: RabbitMQ 3 refuses such at once.
        await using var requester = await OpenRequesterAsync(new RequesterSink());
        var first = requester.PublishConfirmedAsync(Command("command-1")).AsTask();
        await Task.WhenAny(first, Task.Delay(TimeSpan.FromSeconds(1), Token));
        if (Broker.Version.Major < 4)
        {
            var failure = await FailsAsync(TransportFailure.Refused, () => first);
            Assert.True(failure.Passes, failure.Message);
            Assert.Contains($"'{Commands}'", failure.Message, StringComparison.Ordinal);
            Assert.Contains("no leader", failure.Message, StringComparison.Ordinal);
        }

        await StartLeaderAsync();
        await AcceptedAsync(requester, first);

        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work, subscription => subscription with { Commands = true });
        Assert.Equal("command-1", (await work.Deliveries.NextAsync()).Message.MessageId);
        Assert.False(requester.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_full_queue_refuses_for_good_and_at_once()
    {
        await DeclareServiceAsync();
        await using var requester = await OpenRequesterAsync(new RequesterSink());
        await Broker.RabbitmqctlAsync("set_policy", "--apply-to", "queues", "leaderless-full", $"^{Commands}$", """{"max-length":1}""");
        try
        {
            var refusal = await FailsAsync(TransportFailure.Refused, async () =>
            {
                while (true)
                {
                    await requester.PublishConfirmedAsync(Command("more"));
                }
            });

            Assert.False(refusal.Passes, refusal.Message);
            Assert.Contains("the queue is full", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            await Broker.RabbitmqctlAsync("clear_policy", "leaderless-full");
        }
    }

    private async Task DeclareServiceAsync()
    {
        await using var worker = await OpenWorkerAsync(new WorkerSink(), subscription => subscription with { Commands = true });
    }

    private OutboundMessage Command(string messageId) => new()
    {
        Queue = Commands,
        Type = "Ship",
        MessageId = messageId,
        Persistent = true,
        Body = "{}"u8.ToArray(),
    };

    private async Task AcceptedAsync(IRequesterLink requester, Task first)
    {
        var publishing = first;
        while (true)
        {
            try
            {
                await SoonAsync(publishing);
                return;
            }
            catch (TransportException e) when (e.Passes)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
                publishing = requester.PublishConfirmedAsync(Command("command-1")).AsTask();
            }
        }
    }

    private Task<string> StopLeaderAsync() => EvaluateAsync("ra:stop_server(quorum_queues, Server)");

    private Task<string> StartLeaderAsync() => EvaluateAsync("ra:restart_server(quorum_queues, Server)");

    private Task<string> EvaluateAsync(string expression) => Broker.RabbitmqctlAsync(
        "eval",
        $"{{ok, Q}} = rabbit_amqqueue:lookup(rabbit_misc:r(<<\"/\">>, queue, <<\"{Commands}\">>)), {{Name, _}} = amqqueue:get_pid(Q), Server = {{Name, node()}}, {expression}.");
}
