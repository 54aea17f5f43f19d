using Messaging.Batching;
using Messaging.Buffers;
using Messaging.Compression;
using Messaging.Serialization;
using Messaging.Transport;

namespace Messaging.Streaming;

/// <summary>
/// One side of a stream as the other side sees it: what is sent there, with what credit, and when each was last heard
/// of. Silence is filled with signs of life, so that either side knows when the other is gone.
/// </summary>
internal sealed class StreamFlow(IStreamOwner owner, UInt128 id, TimeProvider time)
{
    private StreamPump? _pump;
    private long _lastSent = time.GetTimestamp();
    private long _lastHeard = time.GetTimestamp();

    public IStreamOwner Owner => owner;

    public UInt128 Id => id;

    /// <summary>What the other side takes of our items.</summary>
    public StreamCredit Credit { get; } = new();

    /// <summary>Where it is sent; null until the other side's address is known.</summary>
    public StreamPump? Pump
    {
        get => Volatile.Read(ref _pump);
        set => Volatile.Write(ref _pump, value);
    }

    public TimeSpan SilentFor => time.GetElapsedTime(Volatile.Read(ref _lastHeard));

    public TimeSpan QuietFor => time.GetElapsedTime(Volatile.Read(ref _lastSent));

    public void Hear() => Volatile.Write(ref _lastHeard, time.GetTimestamp());

    public void Post(FrameNames names, uint number = 0, IReadOnlyDictionary<string, object?>? headers = null, ReadOnlySpan<byte> body = default)
    {
        if (Pump is not { } pump)
        {
            return;
        }

        Volatile.Write(ref _lastSent, time.GetTimestamp());
        pump.Post(this, number, names, headers, body);
    }

    /// <summary>Tells the other side how much it may have sent.</summary>
    public void Grant(StreamWindow credit)
    {
        Span<byte> body = stackalloc byte[StreamWindow.WireBytes];
        credit.Write(body);
        Post(StreamNames.Credit, body: body);
    }

    /// <summary>Sends all items, at the pace that the other side allows: the next is made when there is credit for it.</summary>
    /// <exception cref="PayloadTooLargeException">An item is over the limit.</exception>
    /// <param name="items">The items.</param>
    /// <param name="codec">Writes them.</param>
    /// <param name="names">Their type and content type.</param>
    /// <param name="maxItemBytes">How large one may be.</param>
    /// <param name="beforeFirst">Called when the first item has been made and not sent; null for nothing.</param>
    /// <param name="plan">Says how the next item is compressed, when it has been made.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task SendAllAsync<T>(
        IAsyncEnumerable<T> items, PayloadCodec<T> codec, FrameNames names, int maxItemBytes, Action? beforeFirst, Func<CompressionPlan> plan, CancellationToken cancellationToken)
    {
        // Both are somebody's own code.
        var enumerator = (items ?? throw new InvalidOperationException("What should be a stream is null: return an empty one where there is nothing to send."))
            .GetAsyncEnumerator(cancellationToken) ?? throw new InvalidOperationException($"{items.GetType()}.GetAsyncEnumerator() returned null.");
        await using (enumerator.ConfigureAwait(false))
        {
            while (true)
            {
                await Credit.WaitAsync(cancellationToken).ConfigureAwait(false);
                if (!await enumerator.MoveNextAsync().ConfigureAwait(false))
                {
                    return;
                }

                cancellationToken.ThrowIfCancellationRequested();
                beforeFirst?.Invoke();
                beforeFirst = null;
                Send(enumerator.Current, codec, names, maxItemBytes, plan());
                if (Pump is { } pump)
                {
                    await pump.WhenRoomAsync().ConfigureAwait(false);
                }
            }
        }
    }

    private void Send<T>(T item, PayloadCodec<T> codec, FrameNames names, int maxItemBytes, in CompressionPlan plan)
    {
        var body = PooledBuffer.Rent(maxItemBytes);
        try
        {
            var encoding = PayloadBodies.Write(codec, item, ref body, plan, maxItemBytes);
            var written = body.Written.Span;
            Post(names, StreamSequence.Of(Credit.Spend(written.Length)), ContentEncodings.Headers(encoding), written);
        }
        finally
        {
            body.Return();
        }
    }
}

/// <summary>Whose side of a stream it is.</summary>
internal interface IStreamOwner
{
    /// <summary>Something was not sent: the link is being lost, or the message was refused.</summary>
    void OnSendFailed(TransportException exception);

    /// <summary>The other side has been silent for too long.</summary>
    void OnSilent(TimeSpan silence);
}
