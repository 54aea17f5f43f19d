using System.Collections.Concurrent;

namespace Messaging.Batching;

/// <summary>A batch on its way out, with those who wait for it to be sent. Pooled. Not thread-safe.</summary>
internal sealed class SendBatch<TItem>
    where TItem : class
{
    private const int MaxPooled = 32;

    private static readonly ConcurrentQueue<SendBatch<TItem>> _pool = new();

    private readonly BatchWriter _writer = new();
    private TItem[] _items = new TItem[16];
    private int _firstBody;

    private SendBatch()
    {
    }

    public int Count { get; private set; }

    public ReadOnlySpan<TItem> Items => _items.AsSpan(0, Count);

    public int Bytes => _writer.Length;

    /// <summary>Which open batches it was one of.</summary>
    public int Lane { get; private set; }

    /// <summary>When it was begun, as the pump's clock has it.</summary>
    public long OpenedAt { get; private set; }

    /// <summary>What its calls will take of a worker's time, as far as is known.</summary>
    public int CostUs { get; set; }

    /// <summary>The largest number of its frames.</summary>
    public uint LargestNumber { get; private set; }

    /// <summary>The headers of its first frame.</summary>
    public IReadOnlyDictionary<string, object?>? FirstHeaders { get; private set; }

    public FrameNames FirstNames { get; private set; } = null!;

    public uint FirstNumber { get; private set; }

    /// <summary>The body of its first frame: a batch of one is sent as a plain message.</summary>
    public ReadOnlyMemory<byte> FirstBody { get; private set; }

    public static SendBatch<TItem> Rent(int lane, long now)
    {
        if (!_pool.TryDequeue(out var batch))
        {
            batch = new SendBatch<TItem>();
        }

        batch.Lane = lane;
        batch.OpenedAt = now;
        batch._writer.Begin();
        return batch;
    }

    public void Add(
        TItem item, UInt128 id, uint number, FrameNames names, IReadOnlyDictionary<string, object?>? headers, ReadOnlySpan<byte> body, int frameBytes)
    {
        var at = _writer.Write(id, number, names, headers, body, frameBytes);
        if (Count == 0)
        {
            _firstBody = at;
            FirstHeaders = headers;
            FirstNames = names;
            FirstNumber = number;
        }

        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
        }

        _items[Count++] = item;
        LargestNumber = Math.Max(LargestNumber, number);
    }

    /// <summary>No more is added: the bytes can be sent.</summary>
    public ReadOnlyMemory<byte> Close(uint ageMs)
    {
        _writer.SetAge(ageMs);
        FirstBody = Count == 1 ? _writer.Written[_firstBody..] : default;
        return _writer.Written;
    }

    public void Return()
    {
        Array.Clear(_items, 0, Count);
        Count = 0;
        CostUs = 0;
        LargestNumber = 0;
        FirstHeaders = null;
        FirstBody = default;
        if (_pool.Count < MaxPooled)
        {
            _pool.Enqueue(this);
        }
        else
        {
            _writer.Release();
        }
    }
}
