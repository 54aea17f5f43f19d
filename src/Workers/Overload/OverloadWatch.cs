using Messaging.Deadlines;
using Messaging.Pipeline;
using Messaging.Running;
using Messaging.Telemetry;
using Microsoft.Extensions.Logging;

namespace Messaging.Overload;

/// <summary>
/// Knows whether a worker is overloaded. It is when every call that is begun has waited for long, for a while (as CoDel
/// tells a standing queue from a burst, https://www.rfc-editor.org/rfc/rfc8289), and no slot is free. Then its senders take
/// turns, and the broker hands over more, so that those who are refused hear of it while they have time left. It is over when
/// nobody waits any more.
/// </summary>
internal sealed partial class OverloadWatch(string service, TimeProvider time, ILogger logger) : IDisposable
{
    // A wait is long from this part of the time that a call had, within these bounds, and if several could have run meanwhile.
    private const int LongPart = 4;
    private const int LongRuns = 2;
    private static readonly TimeSpan _shortestLong = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan _longestLong = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    // It is over when somebody found nobody waiting in so many intervals one after the other.
    private const int CalmIntervals = 3;

    private readonly KeyValuePair<string, object?>[] _tags = MessagingMetrics.RefusedInTimeTags(service, "worker");
    private readonly Lock _lock = new();
    private ConcurrencyGate? _gate;
    private Action<bool>? _widen;
    private ITimer? _timer;
    private long _longSince;
    private long _began;
    private long _refused;
    private long _refusedBefore;
    private int _calm;
    private volatile bool _isOverloaded;
    private bool _disposed;

    public bool IsOverloaded => _isOverloaded;

    /// <summary>Tells it what it watches.</summary>
    /// <param name="gate">The gate of the calls.</param>
    /// <param name="widen">Has the broker hand over more, or no more than usual. Called again and again, as links come and go.</param>
    public void Watch(ConcurrencyGate gate, Action<bool> widen)
    {
        _gate = gate;
        _widen = widen;
    }

    /// <summary>A call is begun.</summary>
    public void OnBegun(WorkerCall call, long usualUs) =>
        OnWait(call.Waited, call.Head.Timeout + call.Waited, usualUs, call.BegunAt, tells: call.Delivery.LateBy is not null);

    /// <summary>A call of which nobody knows how long it was on its way has ended: who is not waited for any more had no more time left.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancelled">Whether its caller has stopped it.</param>
    public void OnStrangerEnded(WorkerCall call, bool cancelled)
    {
        var now = time.GetTimestamp();
        var ran = time.GetElapsedTime(call.BegunAt, now);
        var timeout = call.Head.Timeout + call.Waited;
        OnWait(cancelled && timeout is { } stated ? stated - ran : call.Waited, timeout, call.Handler!.UsualTime.Us, now, tells: !cancelled);
    }

    /// <summary>How many calls it has refused in time.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>A call is refused in time.</summary>
    public void OnRefused()
    {
        Interlocked.Increment(ref _refused);
        MessagingTelemetry.RefusedInTime.Add(1, _tags);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void OnWait(TimeSpan wait, TimeSpan? timeout, long usualUs, long now, bool tells)
    {
        if (wait < _shortestLong || wait < LongOf(timeout, usualUs))
        {
            if (tells && Volatile.Read(ref _longSince) != 0)
            {
                Volatile.Write(ref _longSince, 0);
            }

            return;
        }

        if (!_isOverloaded && _gate is { IsFull: true } gate)
        {
            OnLongWait(gate, wait, usualUs, now);
        }
    }

    private void OnLongWait(ConcurrencyGate gate, TimeSpan wait, long usualUs, long now)
    {
        lock (_lock)
        {
            if (_isOverloaded || _disposed)
            {
                return;
            }

            if (_longSince == 0)
            {
                Volatile.Write(ref _longSince, Math.Max(1, now));
                gate.BeginCounting(now);
                return;
            }

            // Slow handlers begin few: one interval must see several of them.
            var interval = TimeSpan.FromMicroseconds(Math.Max(_interval.TotalMicroseconds, LongRuns * usualUs));
            if (time.GetElapsedTime(_longSince, now) < interval)
            {
                return;
            }

            _isOverloaded = true;
            _began = now;
            _calm = 0;
            _refusedBefore = Interlocked.Read(ref _refused);
            gate.BeginFair(now);
            _timer = time.CreateTimer(static watch => ((OverloadWatch)watch!).Look(), this, _interval, _interval);
        }

        LogBegun(logger, service, (long)wait.TotalMilliseconds);
        _widen?.Invoke(true);
    }

    private void Look()
    {
        var now = time.GetTimestamp();
        TimeSpan lasted;
        long refused;
        lock (_lock)
        {
            if (!_isOverloaded || _disposed)
            {
                return;
            }

            _calm = _gate!.Look(now) ? _calm + 1 : 0;
            if (_calm < CalmIntervals)
            {
                _widen?.Invoke(true);
                return;
            }

            _gate.EndFair();
            _timer?.Dispose();
            _timer = null;
            Volatile.Write(ref _longSince, 0);
            lasted = time.GetElapsedTime(_began, now);
            refused = Interlocked.Read(ref _refused) - _refusedBefore;
            _isOverloaded = false;
        }

        _widen?.Invoke(false);
        LogEnded(logger, service, TimeText.Of(lasted), refused);
    }

    private static TimeSpan LongOf(TimeSpan? timeout, long usualUs)
    {
        var part = timeout is { } stated ? TimeSpan.FromTicks(Math.Min(stated.Ticks / LongPart, _longestLong.Ticks)) : _longestLong;
        var runs = TimeSpan.FromMicroseconds(LongRuns * usualUs);
        return part > runs ? part : runs;
    }

    [LoggerMessage(290, LogLevel.Warning, "{Service} is overloaded: calls wait for {WaitMs} ms before they are begun. From here their senders take turns, the newest first, and what can't be answered in time is refused at once.")]
    private static partial void LogBegun(ILogger logger, string service, long waitMs);

    [LoggerMessage(291, LogLevel.Information, "{Service} is not overloaded any more, after {Lasted}. {Refused} calls were refused in time.")]
    private static partial void LogEnded(ILogger logger, string service, string lasted, long refused);
}
