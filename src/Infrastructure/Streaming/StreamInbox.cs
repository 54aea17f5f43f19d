namespace Messaging.Streaming;

/// <summary>
/// The items of a stream that have come and wait for their reader, no more than the window. The transport's thread puts
/// them in, one reader takes them out; what it takes it grants anew, half a window at a time. Compressed items wait as
/// they came, and their reader decodes them: a window bounds what waits, whatever it grows to.
/// </summary>
internal sealed class StreamInbox<T>(StreamWindow window, Action<StreamWindow> grant, Func<string, ReadOnlyMemory<byte>, T>? decode = null)
{
    private readonly Lock _lock = new();
    private readonly Queue<Arrived> _items = new();
    private readonly StreamWindow _window = window;
    private StreamWindow _granted = window;
    private StreamWindow _arrived;
    private StreamWindow _taken;
    private TaskCompletionSource<bool>? _waiter;
    private Exception? _failure;
    private bool _ended;

    /// <summary>How the item was compressed that was read last; null for not at all.</summary>
    public string? ReadEncoding { get; private set; }

    /// <summary>How many items have come.</summary>
    public long Arrivals
    {
        get
        {
            lock (_lock)
            {
                return _arrived.Items;
            }
        }
    }

    /// <summary>Whether the next item may come: it is the next, and there is room for it as was granted.</summary>
    /// <param name="sequence">The number that it states.</param>
    public StreamAdmission Admit(uint sequence)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return StreamAdmission.Ended;
            }

            if (sequence != StreamSequence.Of(_arrived.Items + 1))
            {
                return StreamAdmission.Gap;
            }

            return _arrived.Items < _granted.Items && _arrived.Bytes < _granted.Bytes ? StreamAdmission.Admitted : StreamAdmission.Overrun;
        }
    }

    /// <summary>Takes an item that was admitted.</summary>
    public void Add(T item, int bytes, string? encoding = null) => Add(new Arrived(item, bytes, encoding));

    /// <summary>Takes an item that was admitted, to be decoded when it is read.</summary>
    public void AddEncoded(string encoding, ReadOnlySpan<byte> body) => Add(new Arrived(default!, body.Length, encoding, body.ToArray()));

    /// <summary>Nothing more comes. Only the first end counts.</summary>
    /// <param name="failure">Why; null where the stream is complete.</param>
    /// <param name="atOnce">Whether the items that wait are dropped; otherwise they are read first.</param>
    public void End(Exception? failure, bool atOnce = false)
    {
        TaskCompletionSource<bool>? waiter;
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            _failure = failure;
            if (atOnce)
            {
                _items.Clear();
            }

            (waiter, _waiter) = (_waiter, null);
        }

        if (waiter is null)
        {
            return;
        }

        if (failure is null)
        {
            waiter.TrySetResult(false);
        }
        else
        {
            waiter.TrySetException(failure);
        }
    }

    /// <summary>Waits until there is an item. False at the end of a complete stream.</summary>
    /// <exception cref="Exception">What ended the stream, when all items before it have been read.</exception>
    public ValueTask<bool> WaitToReadAsync()
    {
        lock (_lock)
        {
            if (_items.Count > 0)
            {
                return ValueTask.FromResult(true);
            }

            if (_ended)
            {
                return _failure is null ? ValueTask.FromResult(false) : ValueTask.FromException<bool>(_failure);
            }

            _waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask<bool>(_waiter.Task);
        }
    }

    /// <summary>Lets a reader that waits look around, although there may be nothing.</summary>
    public void Wake()
    {
        TaskCompletionSource<bool>? waiter;
        lock (_lock)
        {
            (waiter, _waiter) = (_waiter, null);
        }

        waiter?.TrySetResult(true);
    }

    /// <summary>Reads the next item that has come. False where none waits.</summary>
    /// <exception cref="Exception">What the decoding of a compressed item threw.</exception>
    public bool TryRead(out T item)
    {
        StreamWindow? raised = null;
        Arrived arrived;
        lock (_lock)
        {
            if (!_items.TryDequeue(out arrived))
            {
                item = default!;
                return false;
            }

            _taken = new StreamWindow(_taken.Items + 1, _taken.Bytes + arrived.Bytes);
            if (!_ended && IsHalfUsed)
            {
                _granted = new StreamWindow(_taken.Items + _window.Items, _taken.Bytes + _window.Bytes);
                raised = _granted;
            }
        }

        if (raised is { } credit)
        {
            grant(credit);
        }

        ReadEncoding = arrived.Encoding;
        item = arrived.Encoded is { } encoded ? decode!(arrived.Encoding!, encoded) : arrived.Item;
        return true;
    }

    private void Add(in Arrived arrived)
    {
        TaskCompletionSource<bool>? waiter;
        lock (_lock)
        {
            if (_ended)
            {
                return;
            }

            _arrived = new StreamWindow(_arrived.Items + 1, _arrived.Bytes + arrived.Bytes);
            _items.Enqueue(arrived);
            (waiter, _waiter) = (_waiter, null);
        }

        waiter?.TrySetResult(true);
    }

    private bool IsHalfUsed =>
        _granted.Items - _taken.Items <= _window.Items / 2 || _granted.Bytes - _taken.Bytes <= _window.Bytes / 2;

    private readonly record struct Arrived(T Item, int Bytes, string? Encoding, byte[]? Encoded = null);
}

/// <summary>What becomes of an item that has come.</summary>
internal enum StreamAdmission
{
    Admitted = 0,

    /// <summary>The stream has ended: nobody reads it.</summary>
    Ended,

    /// <summary>Others are missing before it, or it came twice.</summary>
    Gap,

    /// <summary>It was sent without credit.</summary>
    Overrun,
}
