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
    private const uint Samples = 64;

    // Measured here, a wait is the requester's own slowness too: only a long one tells of workers.
    private const double LeastDerivedMs = 100;
    private const double ShareOfTimeout = 0.25;

    private readonly TimeProvider _time;
    private readonly double _msPerTick;
    private readonly Lock _lock = new();
    private readonly AnswerRate _answers = new();
    private readonly ShortestTime _way = new();
    private readonly ShortestTime _trip = new();
    private double _toldAt = double.NegativeInfinity;
    private double _answeredAt = double.NegativeInfinity;
    private double _watchUntil;
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

    /// <summary>How long a worker says that a call has waited; null where it says nothing.</summary>
    public static TimeSpan? ReadWait(IReadOnlyDictionary<string, object?>? headers) =>
        headers is not null && headers.TryGetValue(WireNames.WaitMs, out var told) && IsWait(told, out var ms) ? TimeSpan.FromMilliseconds(ms) : null;

    /// <summary>Whether an answer may tell something. One look, for nearly all calls.</summary>
    public bool Hears(UInt128 id, IReadOnlyDictionary<string, object?>? headers) =>
        headers is not null || _watches || (uint)(id >> 64) % Samples == 0;

    /// <summary>A call was answered.</summary>
    /// <param name="call">The call.</param>
    /// <param name="headers">The answer's; null for none.</param>
    /// <param name="failed">Whether it is a failure.</param>
    /// <param name="handlerUs">The time in the handler, negative where none ran; <see cref="NotTold"/>.</param>
    /// <param name="timestamp">When it came; 0 where nobody has looked yet.</param>
    public void OnAnswer(PendingCall call, IReadOnlyDictionary<string, object?>? headers, bool failed, long handlerUs, ref long timestamp)
    {
        object? told = null;
        var tells = headers is not null && headers.TryGetValue(WireNames.WaitMs, out told);
        var refused = failed && IsRefusal(headers);
        var samples = (uint)(call.Id >> 64) % Samples == 0;
        if (!tells && !refused && !_watches && !samples)
        {
            return;
        }

        timestamp = timestamp == 0 ? _time.GetTimestamp() : timestamp;
        var now = ToMs(timestamp);
        var sentAt = ToMs(call.SentAt);
        var wait = MeasureWait(call, now, now - sentAt, told, handlerUs, mayRise: !_watches);
        Volatile.Write(ref _answeredAt, now);
        if (_watches)
        {
            Count(now);
        }

        if (wait > 0 || refused || !Limit.IsOpen)
        {
            Judge(new Answer(now, sentAt, Math.Max(0, wait), refused, Window.Count));
        }
    }

    /// <summary>A stream has been opened: nothing ran before that.</summary>
    public void OnOpened(PendingCall call, IReadOnlyDictionary<string, object?>? headers)
    {
        var timestamp = 0L;
        OnAnswer(call, headers, failed: false, handlerUs: 0, ref timestamp);
    }

    /// <summary>A call that was sent had no answer by its deadline. While others have, that tells of a long queue.</summary>
    public void OnUnanswered(PendingCall call)
    {
        var now = Now;
        var sentAt = ToMs(call.SentAt);
        Watch(now);
        if (!Limit.IsOpen && now - Volatile.Read(ref _answeredAt) < AliveMs)
        {
            Judge(new Answer(now, sentAt, now - sentAt, Refused: true, Window.Count));
        }
    }

    // A worker may say anything.
    private static bool IsWait(object? told, out long ms) => HeaderValues.TryGetInt64(told, out ms) && ms is > 0 and <= int.MaxValue;

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

    /// <summary>How long a call has waited for its handler, as far as can be told; 0 where it is not known to be long.</summary>
    private double MeasureWait(PendingCall call, double now, double trip, object? told, long handlerUs, bool mayRise)
    {
        var handlerMs = handlerUs < 0 ? 0 : handlerUs / 1000d;
        if (IsWait(told, out var ms))
        {
            // A worker may say anything, but it can't have waited for longer than it was away.
            Volatile.Write(ref _toldAt, now);
            var wait = Math.Min(ms, trip);
            if (handlerUs >= 0)
            {
                _way.See(trip - wait - handlerMs, mayRise: true);
            }

            // The way there is part of the wait; as long as the way back, which nobody waits on.
            return wait - _way.Ms;
        }

        if (now - Volatile.Read(ref _toldAt) < TellingMs)
        {
            // Those who tell leave out what is short.
            return 0;
        }

        var shortest = handlerUs == NotTold ? call.Policy.ShortestTrip : _trip;
        var length = trip - handlerMs;
        shortest.See(length, mayRise);
        var derived = length - shortest.Ms;
        var timeout = ToMs(call.Deadline.Timestamp) - ToMs(call.SentAt);
        return Limit.IsOpen && derived < Math.Max(LeastDerivedMs, ShareOfTimeout * timeout) ? 0 : derived;
    }
}
