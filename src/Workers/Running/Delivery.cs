using System.Buffers;
using Messaging.Transport;

namespace Messaging.Running;

/// <summary>A message taken from a queue, with a copy of its body that lives until the delivery is settled.</summary>
internal sealed class Delivery : IDisposable
{
    private readonly byte[] _body;
    private readonly int _length;

    public Delivery(WorkerLink link, QueueKind queue, in InboundMessage message, int maxBodyBytes)
    {
        Link = link;
        Tag = new DeliveryTag(queue, message.DeliveryTag);
        Message = message with { Body = default };
        BodyBytes = message.Body.Length;
        IsOversize = BodyBytes > maxBodyBytes;
        _length = IsOversize ? 0 : BodyBytes;
        _body = ArrayPool<byte>.Shared.Rent(_length);
        message.Body.Span[.._length].CopyTo(_body);
    }

    public WorkerLink Link { get; }

    public DeliveryTag Tag { get; }

    /// <summary>The message without its body.</summary>
    public InboundMessage Message { get; }

    /// <summary>The body's size as it came.</summary>
    public int BodyBytes { get; }

    /// <summary>Whether the body is over the limit. It was not copied then, and <see cref="Body"/> is empty.</summary>
    public bool IsOversize { get; }

    public ReadOnlyMemory<byte> Body => _body.AsMemory(0, _length);

    public void Dispose() => ArrayPool<byte>.Shared.Return(_body);
}
