using System.Text;
using Messaging.Transport;

namespace Messaging.InMemory;

/// <summary>Bodies live in pooled memory; the harness also checks at its end that every array went back, once.</summary>
public sealed class InMemoryBodyTests : InMemoryTestBase
{
    [Fact]
    public async Task A_body_goes_back_when_its_delivery_is_settled()
    {
        var (worker, calls) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("1"));
        var received = await calls.NextAsync();
        Assert.Equal(1, Harness.Pool.Outstanding);

        await worker.AckAsync(received.Tag);
        await worker.DisposeAsync();

        Assert.Equal(0, Harness.Pool.Outstanding);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_body_can_be_read_in_the_callback_although_another_thread_has_settled_it()
    {
        var sink = new ReadingAfterSettling();
        sink.Link = await Harness.Transport.OpenWorkerAsync(Subscription, sink, Cancellation);
        var (requester, _) = await OpenRequesterAsync();

        await requester.PublishAsync(Call("still there"));

        Assert.Equal("still there", await sink.Read.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task An_empty_body_takes_no_memory()
    {
        var (worker, calls) = await OpenWorkerAsync();
        var (requester, _) = await OpenRequesterAsync();

        await requester.PublishAsync(Call("1") with { Body = default });
        var received = await calls.NextAsync();
        await worker.AckAsync(received.Tag);

        Assert.True(received.Message.Body.IsEmpty);
        Assert.Equal(0, Harness.Pool.Rents);
    }

    [Fact]
    public async Task What_nobody_takes_goes_back_with_its_queue()
    {
        await DeclareAsync();
        var (requester, replies) = await OpenRequesterAsync();
        await requester.PublishAsync(Call("unroutable") with { Queue = "nowhere", Body = default });
        await replies.NextReturnedAsync();

        await requester.PublishAsync(Call("deleted"));
        Assert.Equal(1, Harness.Pool.Outstanding);
        Faults.DeleteQueue(Service);

        Assert.Equal(0, Harness.Pool.Outstanding);
    }

    private sealed class ReadingAfterSettling : IWorkerSink
    {
        private readonly TaskCompletionSource<string> _read = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IWorkerLink? Link { get; set; }

        public Task<string> Read => _read.Task;

        public void OnDelivery(QueueKind queue, in InboundMessage message)
        {
            var tag = new DeliveryTag(queue, message.DeliveryTag);
            var settling = new Thread(() => _ = Link!.AckAsync(tag).AsTask());
            settling.Start();
            settling.Join();
            _read.SetResult(Encoding.UTF8.GetString(message.Body.Span));
        }

        public void OnCancel(string correlationId) => throw new NotSupportedException();

        public void OnControl(in InboundMessage message) => throw new NotSupportedException();

        public void OnReplyReturned(in InboundMessage reply) => throw new NotSupportedException();
    }
}
