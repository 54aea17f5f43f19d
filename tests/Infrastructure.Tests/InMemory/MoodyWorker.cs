using System.Globalization;
using System.Threading.Channels;
using Messaging.Transport;

namespace Messaging.InMemory;

/// <summary>A worker that acknowledges most of what it gets, gives some back, and keeps some until its link is cut for it.</summary>
internal sealed class MoodyWorker(DeliveryLedger ledger, Random random, int number, ChannelWriter<int> cuts) : IWorkerSink
{
    private const int KeptBeforeCut = 5;

    private readonly TaskCompletionSource<IWorkerLink> _link = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _kept;

    /// <summary>Its own link, on which it settles even when another has taken its place.</summary>
    public void Opened(IWorkerLink link) => _link.SetResult(link);

    public void OnDelivery(QueueKind queue, in InboundMessage message)
    {
        var id = int.Parse(message.CorrelationId!, CultureInfo.InvariantCulture);
        ledger.Deliver(id, message);
        var tag = new DeliveryTag(queue, message.DeliveryTag);
        switch (random.Next(10))
        {
            case 0 when ledger.TryKeep():
                if (++_kept == KeptBeforeCut)
                {
                    cuts.TryWrite(number);
                }

                break;
            case 1 or 2:
                Settle(tag, id, requeue: true);
                break;
            default:
                Settle(tag, id, requeue: false);
                break;
        }
    }

    public void OnCancel(string correlationId) => throw new NotSupportedException();

    public void OnControl(in InboundMessage message) => throw new NotSupportedException();

    public void OnReplyReturned(in InboundMessage reply) => throw new NotSupportedException();

    private void Settle(DeliveryTag tag, int id, bool requeue)
    {
        if (random.Next(2) == 0)
        {
            _ = SettleAsync(tag, id, requeue);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => _ = SettleAsync(tag, id, requeue), null);
        }
    }

    private async Task SettleAsync(DeliveryTag tag, int id, bool requeue)
    {
        var link = await _link.Task;
        if (requeue)
        {
            await link.RequeueAsync(tag);
        }
        else
        {
            await link.AckAsync(tag);
            ledger.Acknowledge(id);
        }
    }
}
