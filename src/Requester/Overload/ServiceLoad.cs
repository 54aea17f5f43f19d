using Messaging.Calls;
using Messaging.Wire;

namespace Messaging.Overload;

/// <summary>
/// What a requester knows of the load of a service's workers, by how long calls wait for a handler. Workers say it in
/// their replies; of those that don't, it is the time of a round trip without the handler's, against the shortest one.
/// Nothing is measured of most calls until a wait is long or a deadline passes.
/// </summary>
internal sealed class ServiceLoad
{
    /// <summary>A handler's time that the worker has not told.</summary>
    public const long NotTold = long.MinValue;

    private const double WatchMs = 5000;
    private const double TellingMs = 10_000;
    private const double AliveMs = 1000;
    private const uint Samples = 16;

    // Measured here, a wait has the requester's own slowness in it: only half of it is believed.
    private const double Belief = 0.5;

    // Without other signs even that has to be a good part of the time that the call has.
    private const double ShareOfTimeout = 0.1;

    private readonly TimeProvider _time;
    private readonly double _msPerTick;
    private readonly Lock _lock = new();
    private readonly AnswerRate _answers = new();
    private readonly ShortestTime _way = new();
    private readonly ShortestTime _trip = new();
    private double _toldAt = double.NegativeInfinity;
    private double _answeredAt = double.NegativeInfinity;
    private double _watchUntil;
    private double _suspects;
    private volatile bool _watches;

    public ServiceLoad(string service, int most, TimeProvider time)
    {
        _time = time;
        _msPerTick = 1000d / time.TimestampFrequency;
        Service = service;
        Limit = new AdaptiveLimit(most);
        Window = new CallWindow(most, this);
        Refusals = new Refusals(this);
    }

    public string Service { get; }

    public AdaptiveLimit Limit { get; }

    public CallWindow Window { get; }

    public Refusals Refusals { get; }

    /// <summary>Whether every answer counts, as something may be wrong.</summary>
    public bool Watches => _watches;

    /// <summary>Whether workers have more to do than they can.</summary>
    public bool IsOverloaded => !Limit.IsOpen && Window.Waiting > 0;

    /// <summary>Now, in milliseconds of the monotonic clock.</summary>
    public double Now => ToMs(_time.GetTimestamp());

    public double ToMs(long timestamp) => timestamp * _msPerTick;

    /// <summary>From now on every answer counts, for a while.</summary>
    public void Watch(double now)
    {
        Volatile.Write(ref _watchUntil, now + WatchMs);
        _watches = true;
    }

    /// <summary>How many calls are answered in a millisecond; 0 where that is not known.</summary>
    public double AnswersPerMs(double now)
    {
        lock (_lock)
        {
            return _answers.PerMs(now);
        }
    }

    /// <summary>How long a call of an operation takes now once it is sent, in milliseconds, as far as is known.</summary>
    public double CallMs(HandlerTime handler) => Limit.IsOpen ? 0 : Limit.WaitMs + (handler.AverageUs / 1000d);

    /// <summary>How long a worker says that a call, or the longest of a batch, has waited, in milliseconds; 0 where it says nothing.</summary>
    public static long ReadWaitMs(IReadOnlyDictionary<string, object?>? headers) =>
        headers is not null && headers.TryGetValue(WireNames.WaitMs, out var told) && HeaderValues.TryGetInt64(told, out var ms) && ms is > 0 and <= int.MaxValue ? ms : 0;

    /// <summary>Whether an answer may tell something. One look, for nearly all calls.</summary>
    public bool Hears(UInt128 id, IReadOnlyDictionary<string, object?>? headers) => headers is not null || _watches || IsSample(id);

    /// <summary>A call was answered.</summary>
    /// <param name="call">The call.</param>
    /// <param name="headers">The answer's; null for none.</param>
    /// <param name="failed">Whether it is a failure.</param>
    /// <param name="waitMs">How long it has waited, as <see cref="ReadWaitMs"/> says.</param>
    /// <param name="handlerUs">The time in the handler, negative where none ran; <see cref="NotTold"/>.</param>
    /// <param name="timestamp">When it came; 0 where nobody has looked yet.</param>
    public void OnAnswer(PendingCall call, IReadOnlyDictionary<string, object?>? headers, bool failed, long waitMs, long handlerUs, ref long timestamp)
    {
        var refused = failed && IsRefusal(headers);
        if (waitMs == 0 && !refused && !_watches && !IsSample(call.Id))
        {
            return;
        }

        timestamp = timestamp == 0 ? _time.GetTimestamp() : timestamp;
        var now = ToMs(timestamp);
        var sentAt = ToMs(call.SentAt);
        var (wait, work) = Measure(call, now, now - sentAt, waitMs, handlerUs);
        Volatile.Write(ref _answeredAt, now);
        if (_watches)
        {
            Count(now);
        }

        if (wait > 0 || refused || !Limit.IsOpen)
        {
            Judge(new Answer(now, sentAt, Math.Max(0, wait), work, refused, Window.Count));
        }
    }

    /// <summary>A stream has been opened: nothing ran before that.</summary>
    public void OnOpened(PendingCall call, IReadOnlyDictionary<string, object?>? headers)
    {
        var timestamp = 0L;
        OnAnswer(call, headers, failed: false, ReadWaitMs(headers), handlerUs: 0, ref timestamp);
    }

    /// <summary>
    /// A call that was sent had no answer by its deadline. Its handler may have been slow; so others' answers are looked
    /// at. Where there are none at all, as when workers are away, fewer calls are sent, too: those before were in vain.
    /// </summary>
    public void OnUnanswered(PendingCall call)
    {
        var now = Now;
        var sentAt = ToMs(call.SentAt);
        var answeredAt = Volatile.Read(ref _answeredAt);
        _suspects = now + WatchMs;
        Watch(now);
        if (Limit.IsOpen ? answeredAt < sentAt && Window.Count > AdaptiveLimit.Blind : now - answeredAt < AliveMs)
        {
            Judge(new Answer(now, sentAt, now - sentAt, WorkMs: 0, Refused: true, Window.Count));
        }
    }

    /// <summary>A call found no queue: nobody serves, and nothing waits for anybody.</summary>
    public void OnUnrouted()
    {
        if (!Limit.IsOpen)
        {
            Limit.Lift();
            Window.Admit();
        }
    }

    private static bool IsSample(UInt128 id) => (uint)(id >> 64) % Samples == 0;

    private static bool IsRefusal(IReadOnlyDictionary<string, object?>? headers) =>
        headers is not null
        && headers.TryGetValue(WireNames.Reason, out var reason)
        && string.Equals(HeaderValues.TryGetText(reason), nameof(FailureReason.Overloaded), StringComparison.Ordinal)
        && !(headers.TryGetValue(WireNames.MayHaveRun, out var ran) && HeaderValues.IsTrue(ran));

    private void Judge(in Answer answer)
    {
        if (Limit.OnAnswer(answer))
        {
            Window.Admit();
        }

        if (!Limit.IsOpen)
        {
            Watch(answer.Now);
        }
    }

    private void Count(double now)
    {
        lock (_lock)
        {
            _answers.Count(now);
        }

        if (now > Volatile.Read(ref _watchUntil) && Limit.IsOpen && Window.Waiting == 0)
        {
            _watches = false;
        }
    }

    /// <summary>How long a call has waited for its handler, as far as can be told, and what it took besides.</summary>
    private (double WaitMs, double WorkMs) Measure(PendingCall call, double now, double trip, long waitMs, long handlerUs)
    {
        var handlerMs = handlerUs < 0 ? 0 : handlerUs / 1000d;
        if (waitMs > 0)
        {
            // A worker may say anything, but a call can't have waited for longer than it was away.
            Volatile.Write(ref _toldAt, now);
            var wait = Math.Min(waitMs, trip);
            if (handlerUs >= 0)
            {
                _way.See(trip - wait - handlerMs, mayRise: true);
            }

            // The way there is part of the wait; it is as long as the way back, on which nobody waits.
            return (wait - _way.Ms, trip - wait);
        }

        if (now - Volatile.Read(ref _toldAt) < TellingMs)
        {
            // Those who tell leave out what is short.
            return (0, trip);
        }

        var shortest = handlerUs == NotTold ? call.Policy.ShortestTrip : _trip;
        var length = trip - handlerMs;
        shortest.See(length, mayRise: !_watches);
        var derived = Belief * (length - shortest.Ms);
        var isShort = Limit.IsOpen && now > _suspects && derived < ShareOfTimeout * (ToMs(call.Deadline.Timestamp) - ToMs(call.SentAt));
        return (isShort ? 0 : derived, handlerMs + shortest.Ms);
    }
}
