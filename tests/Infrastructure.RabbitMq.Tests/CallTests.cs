using System.Text;
using Messaging.RabbitMq.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Messaging.RabbitMq.Tests;

public sealed class CallTests(BrokerFixture fixture) : TransportTest(fixture)
{
    [Theory]
    [InlineData(RabbitMqReplyPath.ExclusiveQueue)]
    [InlineData(RabbitMqReplyPath.DirectReplyTo)]
    public async Task A_request_reaches_a_worker_and_its_reply_comes_back(RabbitMqReplyPath path)
    {
        var transport = OpenTransport(options => options.ReplyPath = path);
        var work = new WorkerSink();
        var answers = new RequesterSink();
        await using var worker = await transport.OpenWorkerAsync(Subscription(), work, Token);
        await using var requester = await transport.OpenRequesterAsync(answers, Token);

        await requester.PublishAsync(Request(requester, "call-1", "{\"a\":1}"u8.ToArray()));
        var request = await work.Deliveries.NextAsync();
        await worker.ReplyAsync(Reply(request, "{\"b\":2}"u8.ToArray()));
        await worker.AckAsync(request.Tag);
        var reply = await answers.Replies.NextAsync();

        Assert.Equal("Quote", request.Message.Type);
        Assert.Equal("application/json", request.Message.ContentType);
        Assert.Equal("call-1", request.Message.CorrelationId);
        Assert.Equal("30000", request.Message.Expiration);
        Assert.Equal(30_000L, request.Message.Headers!["timeout-ms"]);
        Assert.False(request.Message.Redelivered);
        Assert.Equal("{\"a\":1}", Encoding.UTF8.GetString(request.Body));
        Assert.Equal("reply", reply.Message.Type);
        Assert.Equal("call-1", reply.Message.CorrelationId);
        Assert.Equal("{\"b\":2}", Encoding.UTF8.GetString(reply.Body));
        Assert.Empty(Log.AtLeast(LogLevel.Warning));
    }

    [Fact]
    public async Task A_request_for_nobody_is_returned_within_a_round_trip()
    {
        var answers = new RequesterSink();
        await using var requester = await OpenRequesterAsync(answers);
        await requester.PublishAsync(Request(requester, "first"));
        await answers.Returned.NextAsync();

        var watch = System.Diagnostics.Stopwatch.StartNew();
        await requester.PublishAsync(Request(requester, "call-1"));
        Assert.Equal("call-1", await answers.Returned.NextAsync());

        Assert.True(watch.ElapsedMilliseconds < 100, $"It took {watch.ElapsedMilliseconds} ms.");
        Assert.False(requester.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_cancelled_call_is_told_to_every_worker_of_its_service_and_to_no_other()
    {
        var first = new WorkerSink();
        var second = new WorkerSink();
        var other = new WorkerSink();
        await using var firstWorker = await OpenWorkerAsync(first);
        await using var secondWorker = await OpenWorkerAsync(second);
        await using var otherWorker = await OpenWorkerAsync(other, subscription => subscription with { Service = Service + "-other" });
        await using var requester = await OpenRequesterAsync(new RequesterSink());

        await requester.PublishCancelAsync(Service, "call-1");
        await requester.PublishCancelAsync(Service + "-other", "call-2");

        Assert.Equal("call-1", await first.Cancelled.NextAsync());
        Assert.Equal("call-1", await second.Cancelled.NextAsync());
        Assert.Equal("call-2", await other.Cancelled.NextAsync());
        Assert.Equal(0, first.Cancelled.Count);
    }

    [Fact]
    public async Task A_reply_to_a_requester_that_is_gone_is_reported_and_harms_nothing()
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work);
        await using (var requester = await OpenRequesterAsync(new RequesterSink()))
        {
            await requester.PublishAsync(Request(requester, "call-1"));
        }

        var request = await work.Deliveries.NextAsync();
        await worker.ReplyAsync(Reply(request));

        Assert.Equal("call-1", await work.RepliesReturned.NextAsync());
        Assert.False(worker.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_requeued_delivery_comes_again_and_is_marked_so()
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work);
        await using var requester = await OpenRequesterAsync(new RequesterSink());
        await requester.PublishAsync(Request(requester, "call-1"));

        var first = await work.Deliveries.NextAsync();
        await worker.RequeueAsync(first.Tag);
        var again = await work.Deliveries.NextAsync();
        await worker.AckAsync(again.Tag);

        Assert.False(first.Message.Redelivered);
        Assert.True(again.Message.Redelivered);
        Assert.Equal("call-1", again.Message.CorrelationId);
    }

    [Fact]
    public async Task What_a_disposed_worker_has_not_settled_goes_to_another()
    {
        var first = new WorkerSink();
        var second = new WorkerSink();
        var leaving = await OpenWorkerAsync(first);
        await using var requester = await OpenRequesterAsync(new RequesterSink());
        await requester.PublishAsync(Request(requester, "settled"));
        await requester.PublishAsync(Request(requester, "unsettled"));
        await leaving.AckAsync((await first.Deliveries.NextAsync()).Tag);
        await first.Deliveries.NextAsync();

        await using var staying = await OpenWorkerAsync(second);
        await leaving.DisposeAsync();
        var taken = await second.Deliveries.NextAsync();

        Assert.Equal("unsettled", taken.Message.CorrelationId);
        Assert.True(taken.Message.Redelivered);
        Assert.True((await SoonAsync(leaving.Lost)).Disposed);
    }

    [Fact]
    public async Task A_worker_is_handed_no_more_than_its_prefetch()
    {
        var first = new WorkerSink();
        var second = new WorkerSink();
        await using var one = await OpenWorkerAsync(first, subscription => subscription with { CallPrefetch = 2 });
        await using var requester = await OpenRequesterAsync(new RequesterSink());
        for (var i = 0; i < 3; i++)
        {
            await requester.PublishAsync(Request(requester, $"call-{i}"));
        }

        await first.Deliveries.NextAsync();
        await first.Deliveries.NextAsync();
        await using var two = await OpenWorkerAsync(second);

        Assert.Equal("call-2", (await second.Deliveries.NextAsync()).Message.CorrelationId);
        Assert.Equal(0, first.Deliveries.Count);
    }

    [Fact]
    public async Task A_worker_that_stopped_consuming_takes_nothing_new_and_still_answers()
    {
        var work = new WorkerSink();
        var answers = new RequesterSink();
        await using var worker = await OpenWorkerAsync(work, subscription => subscription with { Commands = true });
        await using var requester = await OpenRequesterAsync(answers);
        await requester.PublishAsync(Request(requester, "call-1"));
        var request = await work.Deliveries.NextAsync();

        await worker.StopConsumingAsync();
        await requester.PublishAsync(Request(requester, "call-2"));
        await worker.ReplyAsync(Reply(request));
        await worker.AckAsync(request.Tag);
        await answers.Replies.NextAsync();

        Assert.Equal(0, work.Deliveries.Count);
        Assert.False(worker.Lost.IsCompleted);
        await worker.DisposeAsync();
        var next = new WorkerSink();
        await using var successor = await OpenWorkerAsync(next);
        Assert.Equal("call-2", (await next.Deliveries.NextAsync()).Message.CorrelationId);
    }
}
