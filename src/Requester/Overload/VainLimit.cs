namespace Messaging.Overload;

/// <summary>
/// Finds out that waits don't answer to the limit. A slow way to the workers, or callers who know no limit, make them too:
/// who alone gives way then only hurts its own callers.
/// </summary>
internal sealed class VainLimit
{
    // A wait that stays so long, although the limit has come down to a third, is not of this requester's calls' making.
    private const double LeastWindow = 4;
    private const double AfterMs = 2000;
    private const double Part = 1 / 3d;
    private const double Stays = 0.75;
    private static readonly double _lastsMs = TimeSpan.FromMinutes(10).TotalMilliseconds;

    private double _firstWindow;
    private double _firstWait;
    private double _firstAt;
    private double _restMs;
    private double _restUntil;

    /// <summary>A wait without the part of it that no limit shortens.</summary>
    public double Correct(double waitMs, double now)
    {
        if (now >= _restUntil)
        {
            return waitMs;
        }

        _restMs = Math.Min(_restMs, waitMs);
        return waitMs - _restMs;
    }

    /// <summary>Looks at one round of a limit that has come down.</summary>
    /// <returns>The limit from before, where it has come down in vain; else null.</returns>
    public double? Shows(double window, double waitMs, double targetMs, bool hasRefusals, double now)
    {
        if (_firstWindow == 0 || waitMs < Stays * _firstWait || waitMs < 2 * targetMs || hasRefusals)
        {
            (_firstWindow, _firstWait, _firstAt) = (window, waitMs, now);
            return null;
        }

        if (_firstWindow < LeastWindow || window > Part * _firstWindow || now - _firstAt < AfterMs)
        {
            return null;
        }

        _restMs = now < _restUntil ? _restMs + waitMs : waitMs;
        _restUntil = now + _lastsMs;
        var before = _firstWindow;
        Forget();
        return before;
    }

    /// <summary>Waits are short again.</summary>
    public void Forget() => _firstWindow = 0;
}
