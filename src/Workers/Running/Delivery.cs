using System.Buffers;
using Messaging.Transport;

namespace Messaging.Running;

/// <summary>A message taken from a queue, with a copy of its body that lives until the delivery is settled.</summary>
internal sealed class Delivery : IDisposable
{
    private readonly byte[] _body;
    private readonly int _length;

    public Delivery(WorkerLink link, QueueKind queue, in InboundMessage message)
    {
        Link = link;
        Tag = new DeliveryTag(queue, message.DeliveryTag);
        _length = message.Body.Length;
        _body = ArrayPool<byte>.Shared.Rent(_length);
        message.Body.Span.CopyTo(_body);
        Message = message with { Body = default };
    }

    public WorkerLink Link { get; }

    public DeliveryTag Tag { get; }

    /// <summary>The message without its body.</summary>
    public InboundMessage Message { get; }

    public ReadOnlyMemory<byte> Body => _body.AsMemory(0, _length);

    public void Dispose() => ArrayPool<byte>.Shared.Return(_body);
}
