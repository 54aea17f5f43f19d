using System.Buffers.Binary;

namespace Messaging.Streaming;

/// <summary>
/// So many items and bytes. As a window: what may be on its way. As a credit: how many the sender may have sent since the
/// stream began; a total, so that one that is lost or comes late does no harm.
/// </summary>
internal readonly record struct StreamWindow(long Items, long Bytes)
{
    /// <summary>The size on the wire: two unsigned 64-bit numbers, big-endian.</summary>
    public const int WireBytes = 2 * sizeof(ulong);

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64BigEndian(destination, Items);
        BinaryPrimitives.WriteInt64BigEndian(destination[sizeof(long)..], Bytes);
    }

    /// <summary>Reads what anybody may have written.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out StreamWindow credit)
    {
        credit = default;
        if (bytes.Length != WireBytes)
        {
            return false;
        }

        credit = new StreamWindow(BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[sizeof(long)..]));
        return credit is { Items: >= 0, Bytes: >= 0 };
    }
}
