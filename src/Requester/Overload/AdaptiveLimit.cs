namespace Messaging.Overload;

/// <summary>
/// How many calls of one service may be under way while its workers are overloaded: as many as keep them busy with a
/// short wait. There is no limit until calls wait for long; then each round trip brings it nearer to the wait that is
/// aimed at, and adds a little, the same for all: so that requesters who share workers come to equal shares. Where the
/// limit has not been reached for half a second it is lifted. Thread-safe.
/// </summary>
/// <remarks>
/// The rule is FAST TCP's (https://doi.org/10.1109/TNET.2006.886335), with Swift's fixed target for the delay
/// (https://doi.org/10.1145/3387514.3406591).
/// </remarks>
internal sealed class AdaptiveLimit
{
    // As short as a wait can be told from chance by, and far below what callers have.
    private const double LeastTargetMs = 25;
    private const double MostTargetMs = 100;

    // One wait is chance: so long is looked before there is a limit.
    private const double LookMs = 100;
    private const double LongLookMs = 1000;
    private const double CalmMs = 500;
    private const double LeastRoundMs = 15;
    private const double ClampMs = 50;
    private const int EnoughToLook = 8;
    private const int MostToRound = 16;
    private const double LeastFactor = 0.3;

    // One answer says no more than this many targets, so that a slow worker among many does not decide alone.
    private const double Clip = 8;
    private const double RefusalWeight = 4;

    // Rounds without a wait before the limit grows by half each time.
    private const int CalmRounds = 3;

    // Where nothing is answered. More than one, so that it is seen soon when something is.
    private const double Blind = 16;

    // A wait that stays so long, although the limit has come down to a third, is not of the calls' making.
    private const double LeastWindowToDoubt = 4;
    private const double DoubtAfterMs = 2000;
    private static readonly double _doubtMs = TimeSpan.FromMinutes(10).TotalMilliseconds;

    private readonly Lock _lock = new();
    private readonly int _most;
    private readonly AnswerRate _served = new();
    private Phase _phase;
    private double _window;
    private double _workMs = -1;
    private double _waitMs;
    private double _roundFrom;
    private double _roundSum;
    private int _roundCount;
    private bool _roundHasRefusals;
    private int _calmRounds;
    private bool _reached;
    private double _lastLong;
    private double _lastReached;
    private double _lastClamp;
    private double _firstWindow;
    private double _firstWait;
    private double _firstAt;
    private double _floorMs;
    private double _floorUntil;
    private volatile int _current;
    private volatile bool _isOpen = true;

    /// <param name="most">How many may be under way at the most.</param>
    public AdaptiveLimit(int most)
    {
        _most = most;
        Set(most);
    }

    private enum Phase
    {
        Open = 0,
        Looking,
        Limiting,
    }

    /// <summary>How many calls may be under way.</summary>
    public int Current => _current;

    /// <summary>Whether there is no limit but the configured one.</summary>
    public bool IsOpen => _isOpen;

    /// <summary>The wait that is aimed at, in milliseconds: a handler's time, so that slow ones are kept busy too.</summary>
    public double TargetMs => Math.Clamp(_workMs, LeastTargetMs, MostTargetMs);

    /// <summary>How long calls wait at the workers now, in milliseconds.</summary>
    public double WaitMs => Volatile.Read(ref _waitMs);

    /// <summary>Takes an answer. While there is no limit only those that waited need to be told.</summary>
    /// <returns>Whether the limit has grown.</returns>
    public bool OnAnswer(in Answer answer)
    {
        lock (_lock)
        {
            var before = _current;
            var wait = Judge(answer);
            if (_phase == Phase.Open)
            {
                if (wait <= TargetMs)
                {
                    return false;
                }

                BeginToLook(answer);
            }

            Learn(answer);
            if (_phase == Phase.Looking)
            {
                Add(wait, answer.Refused);
                EndLook(answer.Now);
            }
            else if (answer.SentAt >= _roundFrom)
            {
                Add(wait, answer.Refused);
                EndRound(answer);
            }
            else if (wait > 2 * TargetMs)
            {
                Clamp(answer.Now);
            }

            return _current > before;
        }
    }

    /// <summary>A call found no room. Where calls have not waited for long at the workers lately, the limit is old: it is lifted.</summary>
    public void OnReached(double now)
    {
        if (_isOpen)
        {
            return;
        }

        lock (_lock)
        {
            if (_phase == Phase.Limiting && now - Math.Max(_lastLong, _lastReached) > CalmMs)
            {
                Open();
                return;
            }

            _reached = true;
            _lastReached = now;
        }
    }

    private double Judge(in Answer answer)
    {
        var wait = answer.Refused ? Math.Max(answer.WaitMs, RefusalWeight * TargetMs) : answer.WaitMs;
        if (answer.Now < _floorUntil)
        {
            // The way itself takes so long.
            _floorMs = Math.Min(_floorMs, wait);
            wait -= _floorMs;
        }

        return Math.Clamp(wait, 0, Clip * TargetMs);
    }

    private void Learn(in Answer answer)
    {
        if (!answer.Refused)
        {
            _waitMs += (Math.Min(answer.WaitMs, Clip * TargetMs) - _waitMs) / 8;
            _served.Count(answer.Now);
            _workMs = _workMs < 0 ? answer.WorkMs : _workMs + ((answer.WorkMs - _workMs) / 16);
        }
    }

    private void BeginToLook(in Answer answer)
    {
        _phase = Phase.Looking;
        _isOpen = false;
        _workMs = -1;
        _waitMs = answer.WaitMs;
        (_firstWindow, _calmRounds, _reached) = (0, 0, false);

        // What is under way may go on as it is meanwhile.
        Set(Math.Max(answer.UnderWay, 1));
        BeginRound(answer.Now);
        (_lastLong, _lastReached) = (answer.Now, answer.Now);
    }

    private void EndLook(double now)
    {
        var lasted = now - _roundFrom;
        if ((lasted < LookMs || _roundCount < EnoughToLook) && lasted < LongLookMs)
        {
            return;
        }

        if (_roundSum / _roundCount <= TargetMs)
        {
            Open();
            return;
        }

        _phase = Phase.Limiting;
        _lastLong = now;
        var rate = _served.PerMs(now);
        Set(Math.Min(_window, rate > 0 ? rate * (TargetMs + WorkOr0) : Blind));
        BeginRound(now);
    }

    private void EndRound(in Answer answer)
    {
        var now = answer.Now;
        if (_roundCount < Math.Clamp(_window / 2, 1, MostToRound) || now - _roundFrom < LeastRoundMs)
        {
            return;
        }

        var wait = _roundSum / _roundCount;
        var target = TargetMs;
        var reached = _reached || answer.UnderWay >= (int)_window;
        if (reached)
        {
            _lastReached = now;
        }

        if (wait > target)
        {
            _lastLong = now;
            _calmRounds = 0;
            if (IsInVain(wait, now))
            {
                Set(_firstWindow);
                _firstWindow = 0;
                BeginRound(now);
                return;
            }

            var factor = Math.Max(LeastFactor, (target + WorkOr0) / (wait + WorkOr0));

            // Never below the handlers that this requester keeps busy.
            Set(Math.Max(Math.Min(_window, _served.PerMs(now) * WorkOr0), (_window * factor) + (reached ? Step : 0)));
        }
        else
        {
            _firstWindow = 0;
            _calmRounds = reached && wait < target / 2 ? _calmRounds + 1 : 0;
            if (reached)
            {
                Set(_window + (_calmRounds >= CalmRounds ? _window / 2 : Step));
            }

            if (_window >= _most || now - Math.Max(_lastLong, _lastReached) > CalmMs)
            {
                Open();
                return;
            }
        }

        BeginRound(now);
    }

    /// <summary>
    /// Looks whether waits answer to the limit. A slow way to the workers, or callers who know no limit, make them too:
    /// who alone gives way then only hurts its own callers.
    /// </summary>
    private bool IsInVain(double wait, double now)
    {
        if (_firstWindow == 0 || wait < 0.75 * _firstWait || wait < 2 * TargetMs || _roundHasRefusals)
        {
            (_firstWindow, _firstWait, _firstAt) = (_window, wait, now);
            return false;
        }

        if (_firstWindow < LeastWindowToDoubt || _window > _firstWindow / 3 || now - _firstAt < DoubtAfterMs)
        {
            return false;
        }

        _floorMs = now < _floorUntil ? _floorMs + wait : wait;
        _floorUntil = now + _doubtMs;
        return true;
    }

    /// <summary>What more calls are under way than the workers finish in the wait that is aimed at goes at once, before a round trip has shown it.</summary>
    private void Clamp(double now)
    {
        if (now - _lastClamp < ClampMs || _served.PerMs(now) is not (> 0 and var rate))
        {
            return;
        }

        _lastClamp = now;
        _lastLong = now;
        var enough = Math.Max(1, rate * (TargetMs + WorkOr0) * 1.1);
        if (enough < _window)
        {
            Set(enough);
        }
    }

    private double WorkOr0 => Math.Max(_workMs, 0);

    // What each requester leaves waiting: of large windows more, or they would change slowly.
    private double Step => Math.Max(1, Math.Sqrt(_window) / 4);

    private void Add(double wait, bool refused)
    {
        _roundSum += wait;
        _roundCount++;
        _roundHasRefusals |= refused;
    }

    private void BeginRound(double now) => (_roundFrom, _roundSum, _roundCount, _roundHasRefusals, _reached) = (now, 0, 0, false, false);

    private void Open()
    {
        _phase = Phase.Open;
        Set(_most);
        _isOpen = true;
    }

    private void Set(double window)
    {
        _window = Math.Clamp(window, 1, _most);
        _current = (int)_window;
    }
}
