using System.Collections.Concurrent;
using Messaging.Transport;

namespace Messaging.InMemory;

/// <summary>Writes down what was delivered and acknowledged, and whatever should not have been.</summary>
internal sealed class DeliveryLedger(int total)
{
    private readonly ConcurrentDictionary<int, bool> _acknowledged = new();
    private readonly ConcurrentDictionary<int, bool> _delivered = new();
    private readonly Lock _sync = new();
    private readonly TaskCompletionSource _most = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _keeping = true;
    private int _acknowledgedCount;
    private int _spoiledBodies;
    private int _unannouncedRepeats;
    private int _redeliveries;

    /// <summary>Three quarters are acknowledged.</summary>
    public Task MostAcknowledged => _most.Task;

    public Task AllAcknowledged => _all.Task;

    public int Acknowledged => _acknowledgedCount;

    public int SpoiledBodies => _spoiledBodies;

    /// <summary>Deliveries beyond the first that lack the flag that says so.</summary>
    public int UnannouncedRepeats => _unannouncedRepeats;

    public int Redeliveries => _redeliveries;

    public static byte[] BodyOf(int id)
    {
        var body = new byte[1 + (id % 200)];
        Array.Fill(body, (byte)(id % 199));
        return body;
    }

    /// <summary>Whether a worker may still keep a delivery unsettled.</summary>
    public bool TryKeep()
    {
        lock (_sync)
        {
            return _keeping;
        }
    }

    public void StopKeeping()
    {
        lock (_sync)
        {
            _keeping = false;
        }
    }

    public void Deliver(int id, in InboundMessage message)
    {
        if (!message.Body.Span.SequenceEqual(BodyOf(id)))
        {
            Interlocked.Increment(ref _spoiledBodies);
        }

        // Of deliveries that run side by side either may be noted first, so what counts is how many claim to be the first.
        if (message.Redelivered)
        {
            Interlocked.Increment(ref _redeliveries);
        }
        else if (!_delivered.TryAdd(id, true))
        {
            Interlocked.Increment(ref _unannouncedRepeats);
        }
    }

    public void Acknowledge(int id)
    {
        if (!_acknowledged.TryAdd(id, true))
        {
            return;
        }

        var count = Interlocked.Increment(ref _acknowledgedCount);
        if (count == total * 3 / 4)
        {
            _most.SetResult();
        }
        else if (count == total)
        {
            _all.SetResult();
        }
    }
}
