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

    /// <summary>How many go on while nothing is answered. More than one, so that it is seen soon when something is.</summary>
    public const int Blind = 16;

    private readonly Lock _lock = new();
    private readonly int _most;
    private readonly AnswerRate _served = new();
    private readonly VainLimit _vain = new();
    private Phase _phase;
    private double _window;
    private double _workMs = -1;
    private double _waitMs;
    private WaitRound _round;
    private int _calmRounds;
    private bool _reached;
    private double _lastLong;
    private double _lastReached;
    private double _lastClamp;
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
                _round.Add(wait, answer.Refused);
                EndLook(answer.Now);
            }
            else if (answer.SentAt >= _round.From)
            {
                _round.Add(wait, answer.Refused);
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

    /// <summary>Lifts the limit: there is nothing that calls could wait in.</summary>
    public void Lift()
    {
        lock (_lock)
        {
            Open();
        }
    }

    private double Judge(in Answer answer)
    {
        var wait = answer.Refused ? Math.Max(answer.WaitMs, RefusalWeight * TargetMs) : answer.WaitMs;
        return Math.Clamp(_vain.Correct(wait, answer.Now), 0, Clip * TargetMs);
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
        _vain.Forget();
        (_calmRounds, _reached) = (0, false);

        // What is under way may go on as it is meanwhile.
        Set(Math.Max(answer.UnderWay, 1));
        _round = new WaitRound(answer.Now);
        (_lastLong, _lastReached) = (answer.Now, answer.Now);
    }

    private void EndLook(double now)
    {
        var lasted = now - _round.From;
        if ((lasted < LookMs || _round.Count < EnoughToLook) && lasted < LongLookMs)
        {
            return;
        }

        if (_round.WaitMs <= TargetMs)
        {
            Open();
            return;
        }

        _phase = Phase.Limiting;
        _lastLong = now;
        var rate = _served.PerMs(now);
        Set(Math.Min(_window, rate > 0 ? rate * (TargetMs + WorkOr0) : Blind));
        _round = new WaitRound(now);
    }

    private void EndRound(in Answer answer)
    {
        var now = answer.Now;
        if (_round.Count < Math.Clamp(_window / 2, 1, MostToRound) || now - _round.From < LeastRoundMs)
        {
            return;
        }

        var wait = _round.WaitMs;
        var target = TargetMs;
        var reached = _reached || answer.UnderWay >= (int)_window;
        _reached = false;
        if (reached)
        {
            _lastReached = now;
        }

        if (wait > target)
        {
            _lastLong = now;
            _calmRounds = 0;
            if (_vain.Shows(_window, wait, target, _round.HasRefusals, now) is { } before)
            {
                Set(before);
                _round = new WaitRound(now);
                return;
            }

            var factor = Math.Max(LeastFactor, (target + WorkOr0) / (wait + WorkOr0));

            // Never below the handlers that this requester keeps busy.
            var rate = _served.PerMs(now);
            var least = Math.Min(_window, rate > 0 ? rate * WorkOr0 : Blind);
            Set(Math.Max(least, (_window * factor) + (reached ? Step : 0)));
        }
        else
        {
            _vain.Forget();
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

        _round = new WaitRound(now);
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
