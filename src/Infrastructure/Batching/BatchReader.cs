using System.Buffers.Binary;
using System.Text;
using Messaging.Wire;

namespace Messaging.Batching;

/// <summary>
/// Reads a batch that anyone may have written. <see cref="TryOpen"/> walks the whole of it before anything is believed,
/// so that a batch is served either as a whole or not at all.
/// </summary>
internal ref struct BatchReader
{
    private readonly ReadOnlyMemory<byte> _batch;
    private readonly NameCache _names;
    private int _position;

    private BatchReader(ReadOnlyMemory<byte> batch, int count, NameCache names)
    {
        _batch = batch;
        _names = names;
        _position = BatchFormat.HeadBytes;
        Count = count;
        AgeMs = BinaryPrimitives.ReadUInt32BigEndian(batch.Span[1..]);
    }

    /// <summary>How many frames the batch has.</summary>
    public int Count { get; }

    /// <summary>How long the batch had been open when it was sent: what requests have waited of their remaining time.</summary>
    public uint AgeMs { get; }

    /// <summary>Checks a batch from end to end. False, with what is wrong, for one that can't be served.</summary>
    public static bool TryOpen(ReadOnlyMemory<byte> batch, NameCache names, out BatchReader reader, out string error)
    {
        reader = default;
        var bytes = batch.Span;
        if (bytes.Length < BatchFormat.HeadBytes)
        {
            error = $"The batch of {bytes.Length} bytes is shorter than its own head.";
            return false;
        }

        if (bytes.Length > BatchFormat.MaxBytes)
        {
            error = $"The batch has {bytes.Length:N0} bytes; at most {BatchFormat.MaxBytes:N0} are read.";
            return false;
        }

        if (bytes[0] != BatchFormat.Version)
        {
            error = $"The batch has version {bytes[0]}; only {BatchFormat.Version} is known. Send the calls one by one.";
            return false;
        }

        var count = 0;
        for (var position = BatchFormat.HeadBytes; position < bytes.Length; count++)
        {
            if (!TryMeasure(bytes[position..], out var frameBytes))
            {
                error = $"Frame {count} at byte {position} of the batch does not fit its lengths.";
                return false;
            }

            position += frameBytes;
        }

        if (count == 0)
        {
            error = "The batch has no frames.";
            return false;
        }

        error = string.Empty;
        reader = new BatchReader(batch, count, names);
        return true;
    }

    /// <summary>Reads the next frame. False at the end.</summary>
    public bool TryRead(out BatchFrame frame)
    {
        var bytes = _batch.Span;
        if (_position >= bytes.Length)
        {
            frame = default;
            return false;
        }

        var start = _position + sizeof(uint);
        var end = start + (int)BinaryPrimitives.ReadUInt32BigEndian(bytes[_position..]);
        var id = BinaryPrimitives.ReadUInt128BigEndian(bytes[start..]);
        var number = BinaryPrimitives.ReadUInt32BigEndian(bytes[(start + BatchFormat.IdBytes)..]);
        var at = _position + BatchFormat.FrameHeadBytes;
        var flags = bytes[at - 1];
        var type = ReadName(bytes, ref at);
        var contentType = ReadName(bytes, ref at);
        var headers = (flags & BatchFormat.HasHeaders) == 0 ? null : ReadHeaders(bytes, ref at);
        _position = end;
        frame = new BatchFrame
        {
            Id = id,
            Number = number,
            Type = type,
            ContentType = contentType.Length == 0 ? null : contentType,
            Headers = headers,
            Body = _batch[at..end],
        };
        return true;
    }

    /// <summary>The bytes of the frame that begins here, with its length; false if they are not all there or contradict each other.</summary>
    private static bool TryMeasure(ReadOnlySpan<byte> bytes, out int frameBytes)
    {
        frameBytes = 0;
        if (bytes.Length < BatchFormat.FrameHeadBytes)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (length < BatchFormat.FrameHeadBytes - sizeof(uint) || length > (uint)(bytes.Length - sizeof(uint)))
        {
            return false;
        }

        frameBytes = sizeof(uint) + (int)length;
        var frame = bytes[..frameBytes];
        var flags = frame[BatchFormat.FrameHeadBytes - 1];
        var rest = frame[BatchFormat.FrameHeadBytes..];
        return (flags & ~BatchFormat.KnownFlags) == 0
            && TrySkipName(ref rest)
            && TrySkipName(ref rest)
            && ((flags & BatchFormat.HasHeaders) == 0 || TrySkipHeaders(ref rest));
    }

    private static bool TrySkipName(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes.Length <= bytes[0])
        {
            return false;
        }

        bytes = bytes[(1 + bytes[0])..];
        return true;
    }

    private static bool TrySkipHeaders(ref ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < sizeof(ushort))
        {
            return false;
        }

        var count = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        bytes = bytes[sizeof(ushort)..];
        for (var i = 0; i < count; i++)
        {
            if (!TrySkipName(ref bytes)
                || bytes.Length < sizeof(uint)
                || BinaryPrimitives.ReadUInt32BigEndian(bytes) is var length && length > (uint)(bytes.Length - sizeof(uint)))
            {
                return false;
            }

            bytes = bytes[(sizeof(uint) + (int)length)..];
        }

        return true;
    }

    private readonly string ReadName(ReadOnlySpan<byte> bytes, ref int at)
    {
        var length = bytes[at];
        var name = bytes.Slice(at + 1, length);
        at += 1 + length;
        return _names.Get(name);
    }

    private readonly IReadOnlyDictionary<string, object?> ReadHeaders(ReadOnlySpan<byte> bytes, ref int at)
    {
        var count = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        at += sizeof(ushort);
        if (count == 1)
        {
            var name = ReadName(bytes, ref at);
            return new OneHeader(name, ReadText(bytes, ref at));
        }

        var headers = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var name = ReadName(bytes, ref at);
            headers[name] = ReadText(bytes, ref at);
        }

        return headers;
    }

    private static string ReadText(ReadOnlySpan<byte> bytes, ref int at)
    {
        var length = (int)BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
        at += sizeof(uint) + length;
        return Encoding.UTF8.GetString(bytes.Slice(at - length, length));
    }
}
