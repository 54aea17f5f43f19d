using Messaging.Pipeline;

namespace Messaging.Overload;

/// <summary>
/// The calls that wait while a worker is overloaded. The senders take turns, so that who sends much keeps nobody else from
/// being served; of each the newest goes first, as it has the most time left. What can't be answered in time any more is
/// taken out, of the sender who has the most here. Not thread-safe.
/// </summary>
/// <param name="maxMessages">How many messages may wait; the broker keeps the others.</param>
/// <remarks>The turns are those of https://www.rfc-editor.org/rfc/rfc8290 (fq_codel), as is whom it takes from.</remarks>
internal sealed class FairRoom(int maxMessages)
{
    private const long MaxBytes = 64 * 1024 * 1024;

    // Of a call without a deadline nobody knows how long its caller waits.
    private const long NominalTimeoutUs = 60_000_000;

    // A room that is full keeps who has waited for less than this part of his time: of an overload that lasts a smaller one,
    // as then somebody has to be refused, and the sooner it is said, the shorter the others wait.
    private const int LongPart = 4;
    private const int LongPartLater = 16;

    private readonly Dictionary<string, SenderLine> _lines = new(StringComparer.Ordinal);
    private readonly Queue<SenderLine> _round = new();
    private SenderLine? _largest;
    private long _bytes;

    public int Count { get; private set; }

    /// <summary>How many messages have calls here.</summary>
    public int Messages { get; private set; }

    /// <summary>Whether it has lasted.</summary>
    public bool Lasts { get; set; }

    /// <summary>How many calls a second are begun; 0 while that is not known.</summary>
    public double Rate { get; set; }

    public void Add(WorkerCall call, long nowUs)
    {
        var delivery = call.Delivery;
        var timeout = call.StatedTimeoutUs ?? NominalTimeoutUs;
        call.EndsUs = nowUs + timeout - delivery.WaitUs;
        call.LongUs = call.EndsUs - timeout + (timeout / (Lasts ? LongPartLater : LongPart));
        var sender = delivery.Message.ReplyTo ?? string.Empty;
        if (!_lines.TryGetValue(sender, out var line))
        {
            line = new SenderLine(sender);
            _lines.Add(sender, line);
        }

        line.Add(call);
        if (!line.IsInRound)
        {
            line.IsInRound = true;
            _round.Enqueue(line);
        }

        if (_largest is null || line.Count >= _largest.Count)
        {
            _largest = line;
        }

        Count++;
        _bytes += call.Body.Length;
        if (delivery.Waiting++ == 0)
        {
            Messages++;
        }
    }

    /// <summary>The newest of the sender whose turn it is; null where nobody waits.</summary>
    public WorkerCall? TakeNext()
    {
        while (_round.TryDequeue(out var line))
        {
            if (line.Count == 0)
            {
                Leave(line);
                continue;
            }

            var call = Taken(line.TakeNewest());
            if (line.Count > 0)
            {
                _round.Enqueue(line);
            }
            else
            {
                Leave(line);
            }

            return call;
        }

        return null;
    }

    /// <summary>The oldest of the sender who has the most here, where it can't be answered in time, or where there is no room; null for none.</summary>
    public WorkerCall? TakeHopeless(long nowUs)
    {
        if (Count == 0)
        {
            return null;
        }

        if (_largest is not { Count: > 0 })
        {
            _largest = _lines.Values.MaxBy(static line => line.Count)!;
        }

        var oldest = _largest.Oldest!;
        var isFull = Messages > maxMessages && (nowUs >= oldest.LongUs || oldest.Delivery.LateBy is null);
        return isFull || _bytes > MaxBytes || IsHopeless(oldest, nowUs, Count) ? Taken(_largest.TakeOldest()) : null;
    }

    /// <summary>Takes out of each line, from its oldest on, what can't be answered in time.</summary>
    public void TakeAllHopeless(long nowUs, Queue<WorkerCall> into)
    {
        foreach (var line in _lines.Values)
        {
            // Each sender has his part of what is begun.
            while (line.Oldest is { } oldest && IsHopeless(oldest, nowUs, Math.Min(Count, line.Count * _lines.Count)))
            {
                into.Enqueue(Taken(line.TakeOldest()));
            }
        }
    }

    // The oldest is served when all the others have been, even if nobody comes any more.
    private bool IsHopeless(WorkerCall call, long nowUs, int before) =>
        nowUs + (Rate > 0 ? before / Rate * 1_000_000 : 0) >= call.EndsUs;

    private WorkerCall Taken(WorkerCall call)
    {
        Count--;
        _bytes -= call.Body.Length;
        if (--call.Delivery.Waiting == 0)
        {
            Messages--;
        }

        return call;
    }

    private void Leave(SenderLine line)
    {
        line.IsInRound = false;
        _lines.Remove(line.Sender);
        if (ReferenceEquals(_largest, line))
        {
            _largest = null;
        }
    }
}
