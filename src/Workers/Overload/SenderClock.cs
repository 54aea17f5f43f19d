namespace Messaging.Overload;

/// <summary>
/// What is known of how much a requester's clock differs from ours. A message that took no time at all would show the
/// difference; each shows it and its own way. So the smallest difference seen is the upper bound, and what an answered
/// question shows is one from both sides. All times are in microseconds, each of its own clock.
/// </summary>
internal sealed class SenderClock(string replyTo)
{
    // Two clocks drift apart by less than this. The bounds grow wider with it until something newer is known.
    private const long DriftPerMillion = 200;

    // An answer is asked for anew from time to time, sooner where waits are long or little is known.
    private const long Rarely = 30_000_000;
    private const long Often = 1_000_000;
    private const long AtFirst = 200_000;
    private const int FirstAnswers = 3;
    private const long LongWait = 100_000;
    private const long WideBounds = 20_000;
    private const long Fresh = 5_000_000;

    private readonly Lock _lock = new();
    private long _lowest = long.MinValue;
    private long _highest = long.MaxValue;
    private long _boundsAt;
    private long _offset;
    private long _askAt;
    private long _answeredAt = long.MinValue;
    private long _lastSeen;
    private long _lastAsked = long.MinValue;
    private int _answers;
    private int _unanswered;

    /// <summary>Where its replies go, which is what tells it from others.</summary>
    public string ReplyTo => replyTo;

    /// <summary>When its last message came.</summary>
    public long LastSeen => Volatile.Read(ref _lastSeen);

    /// <summary>The question that it has not answered. Guarded by <see cref="SenderClocks"/>.</summary>
    public UInt128 Question { get; set; }

    /// <summary>A message has come. Returns how much later, by our clock, than it was sent, by the sender's.</summary>
    /// <param name="now">Now.</param>
    /// <param name="sent">When it was sent, by the sender's clock.</param>
    /// <param name="ask">Whether the sender should be asked for its time.</param>
    public long OnMessage(long now, long sent, out bool ask)
    {
        var difference = now - sent;
        Volatile.Write(ref _lastSeen, now);
        lock (_lock)
        {
            Relax(now);
            if (difference < _highest)
            {
                _highest = difference;
                if (_lowest > _highest)
                {
                    // No message comes before it was sent: one of the clocks stood still for a while.
                    _lowest = long.MinValue;
                    _askAt = now;
                }
            }

            Volatile.Write(ref _offset, Estimate());
            if (difference - _offset > LongWait && _lastAsked != long.MinValue)
            {
                // A long wait, or a sender that was asleep.
                _askAt = Math.Min(_askAt, _lastAsked + Often);
            }

            ask = now >= _askAt;
            if (ask)
            {
                // Who does not answer is asked ever more rarely.
                _lastAsked = now;
                _askAt = now + Math.Min(Rarely, Often << Math.Min(_unanswered++, 5));
            }
        }

        return difference;
    }

    /// <summary>The sender has answered.</summary>
    /// <param name="asked">When the question was sent.</param>
    /// <param name="told">The sender's time.</param>
    /// <param name="now">Now.</param>
    public void OnAnswer(long asked, long told, long now)
    {
        lock (_lock)
        {
            Relax(now);
            var (lowest, highest) = (asked - told, now - told);
            if (lowest > _highest || highest < _lowest)
            {
                // One of the clocks stood still, as that of a machine that sleeps does: what was known before counts no more.
                (_lowest, _highest) = (lowest, highest);
            }
            else
            {
                (_lowest, _highest) = (Math.Max(lowest, _lowest), Math.Min(highest, _highest));
            }

            _unanswered = 0;
            _answeredAt = now;
            Volatile.Write(ref _offset, Estimate());
            _askAt = now + (++_answers < FirstAnswers ? AtFirst : _highest - _lowest > WideBounds ? Often : Rarely);
        }
    }

    /// <summary>How long something waited that came so much later than it was sent, as far as is known by now.</summary>
    /// <param name="difference">What <see cref="OnMessage"/> returned.</param>
    public long WaitOf(long difference) => Math.Max(0, difference - Volatile.Read(ref _offset));

    /// <summary>Whether the sender has answered a moment ago.</summary>
    public bool IsSure(long now)
    {
        lock (_lock)
        {
            return _answeredAt != long.MinValue && now - _answeredAt < Fresh;
        }
    }

    private long Estimate() => _lowest == long.MinValue ? _highest : _lowest + ((_highest - _lowest) / 2);

    private void Relax(long now)
    {
        var drift = Math.Max(0, now - _boundsAt) / 1_000_000 * DriftPerMillion;
        if (drift == 0 && _boundsAt != 0)
        {
            return;
        }

        _boundsAt = now;
        if (_highest != long.MaxValue)
        {
            _highest += drift;
        }

        if (_lowest != long.MinValue)
        {
            _lowest -= drift;
        }
    }
}
