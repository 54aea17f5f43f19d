using System.Text;
using Messaging.Wire;

namespace Messaging.Transport.Contract;

public abstract partial class TransportContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task A_request_is_delivered_and_its_reply_comes_back()
    {
        var (worker, calls) = await OpenWorkerAsync();
        var (requester, replies) = await OpenRequesterAsync();

        await requester.PublishAsync(Call("1", requester.ReplyTo, "question"));
        var received = await calls.NextAsync();
        await worker.ReplyAsync(Reply(received));
        await worker.AckAsync(received.Tag);

        Assert.Equal(QueueKind.Calls, received.Queue);
        Assert.Equal("question", Text(received.Message));
        Assert.False(received.Message.Redelivered);
        var reply = await replies.NextReplyAsync();
        Assert.Equal("1", reply.CorrelationId);
        Assert.Equal(WireNames.ReplyType, reply.Type);
        Assert.Equal("answer", Text(reply));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Properties_and_headers_of_a_request_arrive_as_sent()
    {
        var (_, calls) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();

        await requester.PublishAsync(new OutboundMessage
        {
            Queue = Service,
            Type = "Quote",
            ContentType = "application/json",
            CorrelationId = "correlation",
            MessageId = "message",
            ReplyTo = requester.ReplyTo,
            ExpirationMs = 50_000,
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                [WireNames.TimeoutMs] = 50_000L,
                ["number"] = 7,
                ["flag"] = true,
                ["text"] = "grüße",
            },
            Body = new byte[] { 0, 1, 254, 255 },
        });

        var message = (await calls.NextAsync()).Message;
        Assert.Equal("Quote", message.Type);
        Assert.Equal("application/json", message.ContentType);
        Assert.Equal("correlation", message.CorrelationId);
        Assert.Equal("message", message.MessageId);
        Assert.Equal(requester.ReplyTo, message.ReplyTo);
        Assert.Equal("50000", message.Expiration);
        Assert.NotNull(message.Headers);
        Assert.Equal(4, message.Headers.Count);
        Assert.Equal(50_000L, message.Headers[WireNames.TimeoutMs]);
        Assert.Equal(7, message.Headers["number"]);
        Assert.Equal(true, message.Headers["flag"]);
        Assert.Equal("grüße", HeaderText(message.Headers["text"]));
        Assert.Equal(new byte[] { 0, 1, 254, 255 }, message.Body.ToArray());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Properties_and_headers_of_a_reply_arrive_as_sent()
    {
        var (worker, calls) = await OpenWorkerAsync();
        var (requester, replies) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("1", requester.ReplyTo));
        var received = await calls.NextAsync();

        await worker.ReplyAsync(new OutboundMessage
        {
            Queue = requester.ReplyTo,
            Type = WireNames.FaultReplyType,
            CorrelationId = "1",
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { [WireNames.Status] = 5, [WireNames.Detail] = "why" },
        });
        await worker.AckAsync(received.Tag);

        var reply = await replies.NextReplyAsync();
        Assert.Equal(WireNames.FaultReplyType, reply.Type);
        Assert.Null(reply.ContentType);
        Assert.NotNull(reply.Headers);
        Assert.Equal(5, reply.Headers[WireNames.Status]);
        Assert.Equal("why", HeaderText(reply.Headers[WireNames.Detail]));
        Assert.True(reply.Body.IsEmpty);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task What_a_foreign_client_leaves_out_is_null()
    {
        var (_, calls) = await OpenWorkerAsync();

        await Harness.PublishRawAsync(Service, new InboundMessage { Body = new byte[] { 42 } });

        var message = (await calls.NextAsync()).Message;
        Assert.Null(message.Type);
        Assert.Null(message.ContentType);
        Assert.Null(message.CorrelationId);
        Assert.Null(message.MessageId);
        Assert.Null(message.ReplyTo);
        Assert.Null(message.Expiration);
        Assert.Null(message.UserId);
        Assert.True(message.Headers is null or { Count: 0 });
        Assert.Equal(42, Assert.Single(message.Body.ToArray()));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_request_that_no_queue_takes_is_returned()
    {
        var (requester, replies) = await OpenRequesterAsync();

        await requester.PublishAsync(Call("nobody", requester.ReplyTo));

        Assert.Equal("nobody", await replies.NextReturnedAsync());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_request_to_a_deleted_queue_is_returned()
    {
        await DeclareAsync();
        var (requester, replies) = await OpenRequesterAsync();

        await Harness.DeleteQueueAsync(Service);
        await requester.PublishAsync(Call("deleted", requester.ReplyTo));

        Assert.Equal("deleted", await replies.NextReturnedAsync());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_reply_to_a_requester_that_is_gone_is_returned()
    {
        var (worker, calls) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("orphan", requester.ReplyTo));
        var received = await calls.NextAsync();

        await requester.DisposeAsync();
        await worker.ReplyAsync(Reply(received));

        Assert.Equal("orphan", await calls.NextReplyReturnedAsync());
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Every_requester_has_a_reply_queue_of_its_own()
    {
        var (worker, calls) = await OpenWorkerAsync();
        var (first, firstReplies) = await OpenRequesterAsync();
        var (second, secondReplies) = await OpenRequesterAsync();

        await first.PublishAsync(Call("first", first.ReplyTo));
        await second.PublishAsync(Call("second", second.ReplyTo));
        foreach (var received in await calls.NextAsync(2))
        {
            await worker.ReplyAsync(Reply(received));
            await worker.AckAsync(received.Tag);
        }

        Assert.NotEqual(first.ReplyTo, second.ReplyTo);
        Assert.Equal("first", (await firstReplies.NextReplyAsync()).CorrelationId);
        Assert.Equal("second", (await secondReplies.NextReplyAsync()).CorrelationId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_cancellation_reaches_every_worker_link_of_the_service()
    {
        var (_, first) = await OpenWorkerAsync();
        var (_, second) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();

        await requester.PublishCancelAsync(Service, "call");

        Assert.Equal("call", await first.NextCancelAsync());
        Assert.Equal("call", await second.NextCancelAsync());
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task What_is_sent_to_a_worker_link_s_own_queue_reaches_it_alone_and_in_order()
    {
        var (worker, control) = await OpenWorkerAsync();
        var (_, other) = await OpenWorkerAsync();
        var (requester, replies) = await OpenRequesterAsync();

        await requester.PublishAsync(Call("first", replyTo: null) with { Queue = worker.ControlAddress!, Type = "credit" });
        await requester.PublishAsync(Call("second", replyTo: null) with { Queue = worker.ControlAddress! });
        await requester.PublishCancelAsync(Service, "call");

        Assert.Equal("credit", (await control.NextControlAsync()).Message.Type);
        Assert.Equal("second", (await control.NextControlAsync()).CorrelationId);
        Assert.Equal("call", await control.NextCancelAsync());
        Assert.Equal("call", await other.NextCancelAsync());
        Assert.Equal(0, other.ControlsWaiting);

        await worker.DisposeAsync();
        var returned = replies.NextReturnedAsync().AsTask();
        do
        {
            // A broker may take a moment to be rid of the queue, and what comes meanwhile is lost with it.
            await requester.PublishAsync(Call("third", replyTo: null) with { Queue = worker.ControlAddress! });
            await Task.WhenAny(returned, Task.Delay(PollIntervalMs, Cancellation));
        }
        while (!returned.IsCompleted);
        Assert.Equal("third", await returned);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_cancellation_that_nobody_hears_disturbs_nothing()
    {
        var (requester, replies) = await OpenRequesterAsync();

        await requester.PublishCancelAsync(Service, "unheard");
        await requester.PublishAsync(Call("returned", requester.ReplyTo));

        // The request is the first and only thing that comes back.
        Assert.Equal("returned", await replies.NextReturnedAsync());
        Assert.False(requester.Lost.IsCompleted);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task An_oversize_message_is_refused_and_the_link_lives()
    {
        var (worker, calls) = await OpenWorkerAsync();
        var (requester, replies) = await OpenRequesterAsync();
        var oversize = new byte[Harness.Transport.MaxMessageBytes + 1];

        await AssertFailsAsync(TransportFailure.TooLarge, () => requester.PublishAsync(Call("1") with { Body = oversize }));
        await AssertFailsAsync(TransportFailure.TooLarge, () => requester.PublishConfirmedAsync(Command("2") with { Body = oversize }));
        await requester.PublishAsync(Call("3", requester.ReplyTo));
        var received = await calls.NextAsync();
        await AssertFailsAsync(TransportFailure.TooLarge, () => worker.ReplyAsync(Reply(received) with { Body = oversize }));
        await worker.ReplyAsync(Reply(received));

        Assert.Equal("3", (await replies.NextReplyAsync()).CorrelationId);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task The_body_can_be_reused_once_a_publish_is_complete()
    {
        await DeclareAsync();
        var (requester, _) = await OpenRequesterAsync();
        var body = Encoding.UTF8.GetBytes("one");

        await requester.PublishAsync(Call("1") with { Body = body });
        Encoding.UTF8.GetBytes("two", body);
        await requester.PublishAsync(Call("2") with { Body = body });
        body.AsSpan().Clear();

        var (_, calls) = await OpenWorkerAsync();
        Assert.Equal("one", Text((await calls.NextAsync()).Message));
        Assert.Equal("two", Text((await calls.NextAsync()).Message));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Publishing_from_many_threads_loses_nothing()
    {
        const int Publishers = 4;
        const int Each = 250;
        var (worker, calls) = await OpenWorkerAsync(Subscription(prefetch: Publishers * Each));
        var (requester, _) = await OpenRequesterAsync();

        await Parallel.ForAsync(0, Publishers, Cancellation, async (publisher, _) =>
        {
            for (var i = 0; i < Each; i++)
            {
                await requester.PublishAsync(Call($"{publisher}/{i}"));
            }
        });

        var seen = new HashSet<string?>(StringComparer.Ordinal);
        foreach (var received in await calls.NextAsync(Publishers * Each))
        {
            Assert.True(seen.Add(received.CorrelationId));
            await worker.AckAsync(received.Tag);
        }
    }

    private static string? HeaderText(object? value) => value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value as string;
}
