using Messaging.Transport;

namespace Messaging.Batching;

/// <summary>A pump whose connection the test holds, breaks and looks at.</summary>
internal sealed class SamplePump(int maxBatchBytes = BatchFormat.MaxBytes) : SendPump<SampleItem>(maxBatchBytes, "samples")
{
    private static readonly FrameNames _names = new("Add", contentType: null);

    private readonly Lock _lock = new();
    private readonly List<SampleItem[]> _sent = [];
    private readonly List<bool> _fullness = [];
    private TaskCompletionSource? _held;
    private TaskCompletionSource _arrived = Signal();

    /// <summary>What sending a batch throws; null for nothing.</summary>
    public Func<Exception?> Failure { get; set; } = static () => null;

    /// <summary>The batches that were handed over, in order.</summary>
    public IReadOnlyList<SampleItem[]> Sent
    {
        get
        {
            lock (_lock)
            {
                return [.. _sent];
            }
        }
    }

    /// <summary>Their sizes.</summary>
    public IEnumerable<int> Sizes => Sent.Select(batch => batch.Length);

    /// <summary>What it was told of the connection: true for full, false for caught up.</summary>
    public IReadOnlyList<bool> Fullness
    {
        get
        {
            lock (_lock)
            {
                return [.. _fullness];
            }
        }
    }

    /// <summary>The connection takes nothing until <see cref="Release"/>. Complete when a first item waits for it.</summary>
    public async Task HoldAsync(SampleItem first)
    {
        _arrived = Signal();
        _held = Signal();
        Post(first);
        await _arrived.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    public void Release()
    {
        var held = _held!;
        _held = null;
        held.SetResult();
    }

    public void Post(SampleItem item, int lane = 0, int costUs = 0, int budgetUs = int.MaxValue)
    {
        var frameBytes = BatchWriter.Measure(_names, headers: null, item.Body.Length);
        Assert.True(Fits(frameBytes));
        lock (Sync)
        {
            Open(lane, frameBytes, costUs, budgetUs, now: 0).Add(item, item.Id, number: 0, _names, headers: null, item.Body, frameBytes);
            Wake();
        }
    }

    public bool Fits(SampleItem item) => Fits(BatchWriter.Measure(_names, headers: null, item.Body.Length));

    protected override async ValueTask SendAsync(SendBatch<SampleItem> batch)
    {
        var bytes = batch.Close(ageMs: 0);
        SampleItem[] items = [.. batch.Items];
        AssertHolds(bytes, items);
        lock (_lock)
        {
            _sent.Add(items);
        }

        if (Failure() is { } failure)
        {
            throw failure;
        }

        if (_held is { } held)
        {
            _arrived.TrySetResult();
            await held.Task;
            AssertHolds(bytes, items);
        }
    }

    protected override void OnSent(SampleItem item) => item.End(failure: null);

    protected override void OnFailed(SampleItem item, TransportException exception) => item.End(exception);

    protected override void OnFull(bool isFull)
    {
        Assert.True(Sync.IsHeldByCurrentThread);
        lock (_lock)
        {
            _fullness.Add(isFull);
        }
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The memory is the batch's own from its beginning to its end.
    private static void AssertHolds(ReadOnlyMemory<byte> bytes, SampleItem[] items)
    {
        Assert.True(BatchReader.TryOpen(bytes, new NameCache(), out var batch, out var error), error);
        foreach (var item in items)
        {
            Assert.True(batch.TryRead(out var frame));
            Assert.Equal(item.Id, frame.Id);
            Assert.True(frame.Body.Span.SequenceEqual(item.Body));
        }
    }
}

/// <summary>Something to send, which learns once what became of it.</summary>
internal sealed class SampleItem(int number, int bodyBytes = 1)
{
    private readonly TaskCompletionSource<TransportException?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Number => number;

    public UInt128 Id => (UInt128)(uint)number;

    public byte[] Body { get; } = CreateBody(number, bodyBytes);

    /// <summary>Null once it is sent, or why it is not.</summary>
    public Task<TransportException?> Ended => _end.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    // Throws if it is told twice.
    public void End(TransportException? failure) => _end.SetResult(failure);

    private static byte[] CreateBody(int number, int bytes)
    {
        var body = new byte[bytes];
        body.AsSpan().Fill((byte)number);
        return body;
    }
}
