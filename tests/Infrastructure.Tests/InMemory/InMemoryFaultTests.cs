using Messaging.Transport;
using Messaging.Transport.Contract;

namespace Messaging.InMemory;

public sealed class InMemoryFaultTests : InMemoryTestBase
{
    [Fact]
    public async Task While_the_broker_is_stopped_nothing_opens_and_nothing_is_sent()
    {
        var (requester, _) = await OpenRequesterAsync();
        Faults.Stop();

        await AssertFailsAsync(TransportFailure.NotSent, () => requester.PublishAsync(Call("1")));
        await AssertFailsAsync(TransportFailure.NotSent, async () => await OpenRequesterAsync());
        await AssertFailsAsync(TransportFailure.NotSent, async () => await OpenWorkerAsync());

        Faults.Start();
        await OpenRequesterAsync();
    }

    [Fact]
    public async Task A_restart_keeps_persistent_messages_and_loses_the_others()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("transient"));
        await requester.PublishAsync(Call("persistent") with { Persistent = true });
        await requester.PublishAsync(Command("command without delivery mode"));
        await requester.PublishConfirmedAsync(Command("command"));

        await Harness.RestartBrokerAsync();

        Assert.Equal(["persistent"], WaitingIds(Service));
        Assert.Equal(["command without delivery mode", "command"], WaitingIds(Commands));
        Assert.False(Faults.QueueExists(requester.ReplyTo));
    }

    [Fact]
    public async Task Cutting_one_link_spares_the_others()
    {
        var (first, firstCalls) = await OpenWorkerAsync();
        var (second, secondCalls) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("1"));
        await firstCalls.NextAsync();

        BrokerFaults.CutLink(first);

        Assert.False((await first.Lost).Disposed);
        Assert.True((await secondCalls.NextAsync()).Message.Redelivered);
        Assert.False(second.Lost.IsCompleted);
        Assert.False(requester.Lost.IsCompleted);
    }

    [Fact]
    public async Task Workers_and_requesters_can_be_cut_apart()
    {
        var (worker, _) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();

        Faults.CutWorkers("another");
        Assert.False(worker.Lost.IsCompleted);
        Faults.CutWorkers(Service);
        Assert.True(worker.Lost.IsCompleted);
        Assert.False(requester.Lost.IsCompleted);
        Faults.CutRequesters();
        Assert.True(requester.Lost.IsCompleted);
        Assert.Empty(Faults.Links);
    }

    [Fact]
    public async Task A_refused_publish_is_in_no_queue()
    {
        var (worker, _) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        Faults.RefuseConfirms = true;

        await AssertFailsAsync(TransportFailure.Refused, () => requester.PublishConfirmedAsync(Command("1")));
        await AssertFailsAsync(TransportFailure.Refused, () => worker.PublishConfirmedAsync(Command("2")));
        await worker.DisposeAsync();

        Assert.Empty(WaitingIds(Commands));
        Assert.Empty(WaitingIds(DeadLetters));
    }

    [Fact]
    public async Task A_withheld_confirm_comes_when_the_broker_goes_on()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        Faults.WithholdConfirms = true;
        var publish = requester.PublishConfirmedAsync(Command("1"));

        Assert.False(publish.IsCompleted);
        Assert.Equal(["1"], WaitingIds(Commands));
        Faults.WithholdConfirms = false;

        await publish;
    }

    [Fact]
    public async Task A_publish_whose_link_is_lost_before_its_confirm_may_have_been_taken()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        Faults.WithholdConfirms = true;
        var publish = requester.PublishConfirmedAsync(Command("1"));

        BrokerFaults.CutLink(requester);

        await AssertFailsAsync(TransportFailure.Unknown, () => publish);
        Assert.Equal(["1"], WaitingIds(Commands));
    }

    [Fact]
    public async Task A_requester_whose_reply_queue_is_deleted_loses_its_link()
    {
        var (requester, _) = await OpenRequesterAsync();

        Assert.True(Faults.DeleteQueue(requester.ReplyTo));

        Assert.Contains(requester.ReplyTo, (await requester.Lost).Reason, StringComparison.Ordinal);
        Assert.False(Faults.DeleteQueue(requester.ReplyTo));
    }

    [Fact]
    public async Task Hostile_properties_arrive_as_they_are()
    {
        var (_, calls) = await OpenWorkerAsync();
        var table = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["timeout-ms"] = new List<object?> { 1, "two", null },
            ["x-delivery-count"] = new Dictionary<string, object?>(StringComparer.Ordinal),
        };

        Assert.True(Faults.RawPublish(Service, new InboundMessage { Expiration = "abc", Headers = table }));
        Assert.True(Faults.RawPublish(Service, new InboundMessage { Body = new byte[Harness.Transport.MaxMessageBytes + 1] }));
        Assert.False(Faults.RawPublish("nowhere", default));
        var received = await calls.NextAsync(2);

        Assert.Equal("abc", received[0].Message.Expiration);
        Assert.Same(table["timeout-ms"], received[0].Message.Headers!["timeout-ms"]);
        Assert.Equal(Harness.Transport.MaxMessageBytes + 1, received[1].Message.Body.Length);
    }

    [Fact]
    public async Task A_receiver_that_throws_loses_its_link_and_the_delivery_goes_to_another()
    {
        var broken = await Harness.Transport.OpenWorkerAsync(Subscription, new BrokenSink(), Cancellation);
        var (requester, _) = await OpenRequesterAsync();

        await requester.PublishAsync(Call("1"));
        var loss = await broken.Lost.WaitAsync(Cancellation);
        var (_, calls) = await OpenWorkerAsync();

        Assert.Contains(BrokenSink.Message, loss.Reason, StringComparison.Ordinal);
        Assert.True((await calls.NextAsync()).Message.Redelivered);
    }

    [Fact]
    public async Task A_limit_of_the_message_size_can_be_chosen()
    {
        using var broker = new InMemoryBroker { MaxMessageBytes = 3 };
        await using var transport = new InMemoryTransport(broker);
        await using var requester = await transport.OpenRequesterAsync(new RecordingRequesterSink(), Cancellation);

        Assert.Equal(3, transport.MaxMessageBytes);
        await requester.PublishAsync(Call("123"));
        await AssertFailsAsync(TransportFailure.TooLarge, () => requester.PublishAsync(Call("1234")));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new InMemoryBroker { MaxMessageBytes = 0 });
        Assert.Equal(16 * 1024 * 1024, InMemoryBroker.DefaultMaxMessageBytes);
    }

    private sealed class BrokenSink : IWorkerSink
    {
        public const string Message = "the sink is broken";

        public void OnDelivery(QueueKind queue, in InboundMessage message) => throw new InvalidOperationException(Message);

        public void OnCancel(string correlationId) => throw new NotSupportedException();

        public void OnControl(in InboundMessage message) => throw new NotSupportedException();

        public void OnReplyReturned(in InboundMessage reply) => throw new NotSupportedException();
    }
}
