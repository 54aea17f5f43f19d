using System.Buffers;
using Messaging.Overload;
using Messaging.Replies;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Running;

/// <summary>
/// A message taken from a queue: one call or command, or a batch of calls. It holds a copy of the body and settles the
/// message when the last of its calls is done.
/// </summary>
internal sealed class Delivery
{
    private readonly InboundMessage _message;
    private readonly byte[] _body;
    private readonly int _length;
    private int _left = 1;
    private int _settlement;
    private int _draining = -1;
    private volatile bool _keepsBody;

    public Delivery(WorkerLink link, QueueKind queue, in InboundMessage message, int maxBodyBytes)
    {
        Link = link;
        Tag = new DeliveryTag(queue, message.DeliveryTag, message.Partition);
        var headers = message.Headers;
        if (queue == QueueKind.Calls && SentHeaders.TryTake(ref headers, out var sent))
        {
            SentUs = sent;
        }

        _message = message with { Body = default, Headers = headers };
        BodyBytes = message.Body.Length;
        IsOversize = BodyBytes > maxBodyBytes;
        _length = IsOversize ? 0 : BodyBytes;
        _body = ArrayPool<byte>.Shared.Rent(_length);
        message.Body.Span[.._length].CopyTo(_body);
    }

    public WorkerLink Link { get; }

    public DeliveryTag Tag { get; }

    /// <summary>The message without its body.</summary>
    public ref readonly InboundMessage Message => ref _message;

    /// <summary>The body's size as it came.</summary>
    public int BodyBytes { get; }

    /// <summary>Whether the body is over the limit. It was not copied then, and <see cref="Body"/> is empty.</summary>
    public bool IsOversize { get; }

    /// <summary>The body. Valid until the last call is settled.</summary>
    public ReadOnlyMemory<byte> Body => _body.AsMemory(0, _length);

    /// <summary>Whether it brought several calls.</summary>
    public bool IsBatch { get; private set; }

    /// <summary>When it came.</summary>
    public long ArrivedAt { get; set; }

    /// <summary>When it was sent, by its sender's clock in microseconds; null where the sender does not say.</summary>
    public long? SentUs { get; }

    /// <summary>Whose clock that is; null where nobody knows.</summary>
    public SenderClock? Sender { get; set; }

    /// <summary>How much later it came, by our clock, than it was sent, by its sender's, in microseconds; null where that tells nothing.</summary>
    public long? LateBy { get; set; }

    /// <summary>How long it was on its way as far as is known, in microseconds.</summary>
    public long WaitUs => LateBy is { } late ? Sender!.WaitOf(late) : 0;

    /// <summary>How many of its calls are in <see cref="FairRoom"/>, which guards it.</summary>
    public int Waiting { get; set; }

    /// <summary>Where replies gather; null for a requester that reads no batches.</summary>
    public ReplyPump? Replies { get; set; }

    /// <summary>Says, before any of them starts, that it brought several calls.</summary>
    public void Expect(int calls)
    {
        IsBatch = true;
        _left = calls;
    }

    /// <summary>
    /// Whether its calls are given back because the worker stops. Decided by the first that starts: a message goes back
    /// as a whole or not at all.
    /// </summary>
    public bool IsDraining(bool workerStops)
    {
        var before = Interlocked.CompareExchange(ref _draining, workerStops ? 1 : 0, -1);
        return before == -1 ? workerStops : before == 1;
    }

    /// <summary>One of its calls is done. With the last the message is settled, as the call that ended worst demands.</summary>
    public ValueTask SettleAsync(Settlement settlement)
    {
        if (!IsLast(settlement))
        {
            return ValueTask.CompletedTask;
        }

        return (Settlement)Volatile.Read(ref _settlement) switch
        {
            Settlement.Done => Link.AckAsync(Tag),
            Settlement.Rejected => Link.RejectAsync(Tag),
            Settlement.Requeued => Link.RequeueAsync(Tag),
            _ => ValueTask.CompletedTask,
        };
    }

    /// <summary>Somebody may read the body after the last call is settled: its memory is not used again.</summary>
    public void KeepBody() => _keepsBody = true;

    /// <summary>One of its calls must not count as done: the message is not settled at all.</summary>
    public void Abandon() => IsLast(Settlement.None);

    private bool IsLast(Settlement settlement)
    {
        var worst = Volatile.Read(ref _settlement);
        while ((int)settlement > worst)
        {
            var before = Interlocked.CompareExchange(ref _settlement, (int)settlement, worst);
            if (before == worst)
            {
                break;
            }

            worst = before;
        }

        if (Interlocked.Decrement(ref _left) > 0)
        {
            return false;
        }

        if (!_keepsBody)
        {
            ArrayPool<byte>.Shared.Return(_body);
        }

        return true;
    }
}
