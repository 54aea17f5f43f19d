using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Messaging.Wire;

namespace Messaging.Batching;

/// <summary>Writes a batch into pooled memory. Not thread-safe.</summary>
internal sealed class BatchWriter
{
    private const int InitialBytes = 4096;

    private byte[] _bytes = [];
    private int _length;

    public int Length => _length;

    /// <summary>The batch so far. Valid until the next write.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>The bytes that a frame will take.</summary>
    public static int Measure(FrameNames names, IReadOnlyDictionary<string, object?>? headers, int bodyBytes)
    {
        var bytes = BatchFormat.FrameHeadBytes + names.Bytes.Length + bodyBytes;
        if (headers is not null)
        {
            bytes += sizeof(ushort);
            if (headers is OneHeader one)
            {
                bytes += MeasureHeader(one.Name, one.Value);
            }
            else
            {
                foreach (var (name, value) in headers)
                {
                    bytes += MeasureHeader(name, value);
                }
            }
        }

        return bytes;
    }

    /// <summary>Begins a batch: whatever was written is gone.</summary>
    public void Begin()
    {
        Reserve(BatchFormat.HeadBytes);
        _bytes[0] = BatchFormat.Version;
        _length = BatchFormat.HeadBytes;
    }

    /// <summary>Adds a frame of the size that <see cref="Measure"/> gave.</summary>
    /// <returns>Where its body begins.</returns>
    public int Write(
        UInt128 id, uint number, FrameNames names, IReadOnlyDictionary<string, object?>? headers, ReadOnlySpan<byte> body, int frameBytes)
    {
        Reserve(_length + frameBytes);
        var frame = _bytes.AsSpan(_length, frameBytes);
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)(frameBytes - sizeof(uint)));
        BinaryPrimitives.WriteUInt128BigEndian(frame[sizeof(uint)..], id);
        BinaryPrimitives.WriteUInt32BigEndian(frame[(sizeof(uint) + BatchFormat.IdBytes)..], number);
        frame[BatchFormat.FrameHeadBytes - 1] = headers is null ? (byte)0 : BatchFormat.HasHeaders;
        var rest = frame[BatchFormat.FrameHeadBytes..];
        names.Bytes.CopyTo(rest);
        rest = rest[names.Bytes.Length..];
        if (headers is not null)
        {
            rest = WriteHeaders(rest, headers);
        }

        body.CopyTo(rest);
        _length += frameBytes;
        return _length - body.Length;
    }

    /// <summary>States how long the batch was open. Last, when it is sent.</summary>
    public void SetAge(uint ageMs) => BinaryPrimitives.WriteUInt32BigEndian(_bytes.AsSpan(1), ageMs);

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = [];
        _length = 0;
    }

    // Frames' headers are text: whoever reads them takes numbers and flags from text as well.
    private static string Text(object? value) => HeaderValues.TryFormat(value) ?? string.Empty;

    private static Span<byte> WriteHeaders(Span<byte> rest, IReadOnlyDictionary<string, object?> headers)
    {
        BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)headers.Count));
        rest = rest[sizeof(ushort)..];
        if (headers is OneHeader one)
        {
            return WriteHeader(rest, one.Name, one.Value);
        }

        foreach (var (name, value) in headers)
        {
            rest = WriteHeader(rest, name, value);
        }

        return rest;
    }

    private static int MeasureHeader(string name, object? value) =>
        1 + Encoding.UTF8.GetByteCount(name) + sizeof(uint) + Encoding.UTF8.GetByteCount(Text(value));

    private static Span<byte> WriteHeader(Span<byte> rest, string name, object? value)
    {
        var nameBytes = Encoding.UTF8.GetBytes(name, rest[1..]);
        rest[0] = checked((byte)nameBytes);
        rest = rest[(1 + nameBytes)..];
        var valueBytes = Encoding.UTF8.GetBytes(Text(value), rest[sizeof(uint)..]);
        BinaryPrimitives.WriteUInt32BigEndian(rest, (uint)valueBytes);
        return rest[(sizeof(uint) + valueBytes)..];
    }

    private void Reserve(int bytes)
    {
        if (_bytes.Length >= bytes)
        {
            return;
        }

        var grown = ArrayPool<byte>.Shared.Rent(Math.Max(bytes, Math.Max(InitialBytes, Math.Min(_bytes.Length * 2, BatchFormat.MaxBytes))));
        _bytes.AsSpan(0, _length).CopyTo(grown);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = grown;
    }
}
