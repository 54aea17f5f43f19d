using System.Buffers;

namespace Messaging.Buffers;

/// <summary>
/// A growing buffer on pooled memory with a hard limit, so that an oversize payload fails here and not at the broker.
/// Instances are cached per thread: rent, write, return.
/// </summary>
internal sealed class PooledBuffer : IBufferWriter<byte>
{
    private const int InitialBytes = 512;

    // A thread that once sent a large message should not hold on to its buffer.
    private const int KeptBytes = 64 * 1024;

    [ThreadStatic]
    private static PooledBuffer? _cached;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(InitialBytes);
    private int _length;
    private int _limit;

    private PooledBuffer()
    {
    }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public static PooledBuffer Rent(int limitBytes)
    {
        var buffer = _cached ?? new PooledBuffer();
        _cached = null;
        buffer._limit = limitBytes;
        return buffer;
    }

    /// <summary>Gives the buffer back. Its content must not be used any more.</summary>
    public void Return()
    {
        _length = 0;
        if (_cached is null && _bytes.Length <= KeptBytes)
        {
            _cached = this;
            return;
        }

        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    public void Clear() => _length = 0;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _length);
        _length += count;
        if (_length > _limit)
        {
            throw new PayloadTooLargeException(_limit);
        }
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    private void Reserve(int sizeHint)
    {
        var needed = Math.Max(sizeHint, 1);
        if (_bytes.Length - _length >= needed)
        {
            return;
        }

        if (_length > _limit)
        {
            throw new PayloadTooLargeException(_limit);
        }

        // Doubled, but not past the limit, which what has come so far may be close to.
        var doubled = (int)Math.Min(_bytes.Length * 2L, Math.Min(_limit + 1L, Array.MaxLength));
        var grown = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_length + needed), doubled));
        _bytes.AsSpan(0, _length).CopyTo(grown);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = grown;
    }
}
