using System.Diagnostics;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.InMemory;

public sealed class InMemoryPingPongTests : InMemoryTestBase
{
    [Fact(Timeout = 60_000)]
    public async Task A_request_from_a_reply_from_a_request_costs_no_stack()
    {
        const int Calls = 100_000;
        var worker = new AnsweringWorker();
        worker.Link = await Harness.Transport.OpenWorkerAsync(Subscription, worker, Cancellation);
        var requester = new RepeatingRequester(Calls);
        requester.Link = await Harness.Transport.OpenRequesterAsync(requester, Cancellation);

        requester.Ask();
        await requester.Done.WaitAsync(Cancellation);

        Assert.InRange(requester.DeepestStack, 1, 40);
        Assert.InRange(worker.DeepestStack, 1, 40);
    }

    private static int StackDepth() => new StackTrace(fNeedFileInfo: false).FrameCount;

    private sealed class AnsweringWorker : IWorkerSink
    {
        private int _answered;

        public IWorkerLink? Link { get; set; }

        public int DeepestStack { get; private set; }

        public void OnDelivery(QueueKind queue, in InboundMessage message)
        {
            if (_answered++ % 1000 == 0)
            {
                DeepestStack = Math.Max(DeepestStack, StackDepth());
            }

            _ = Link!.ReplyAsync(new OutboundMessage
            {
                Queue = message.ReplyTo!,
                Type = WireNames.ReplyType,
                CorrelationId = message.CorrelationId,
                Body = message.Body,
            }).AsTask();
            _ = Link.AckAsync(new DeliveryTag(queue, message.DeliveryTag)).AsTask();
        }

        public void OnCancel(string correlationId) => throw new NotSupportedException();

        public void OnControl(in InboundMessage message) => throw new NotSupportedException();

        public void OnReplyReturned(in InboundMessage reply) => throw new NotSupportedException();
    }

    private sealed class RepeatingRequester(int calls) : IRequesterSink
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _answers;

        public IRequesterLink? Link { get; set; }

        public Task Done => _done.Task;

        public int DeepestStack { get; private set; }

        public void Ask() => _ = Link!.PublishAsync(Call("again", Link.ReplyTo)).AsTask();

        public void OnReply(in InboundMessage message)
        {
            if (_answers % 1000 == 0)
            {
                DeepestStack = Math.Max(DeepestStack, StackDepth());
            }

            if (++_answers == calls)
            {
                _done.SetResult();
            }
            else
            {
                Ask();
            }
        }

        public void OnReturned(in InboundMessage message) => _done.SetException(new InvalidOperationException("No queue took the call."));
    }
}
