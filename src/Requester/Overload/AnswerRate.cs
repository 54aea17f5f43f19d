namespace Messaging.Overload;

/// <summary>How many answers come in a while: those of the last half second at the most, so that it says nothing when they stop.</summary>
internal sealed class AnswerRate
{
    private const double SliceMs = 250;
    private const double EnoughMs = 80;
    private const int Enough = 4;

    private double _sliceFrom = double.NegativeInfinity;
    private int _inSlice;
    private int _before;
    private double _beforeMs;

    public void Count(double now)
    {
        Turn(now);
        _inSlice++;
    }

    /// <summary>Answers a millisecond; 0 where too few have come to say.</summary>
    public double PerMs(double now)
    {
        Turn(now);
        var lasted = now - _sliceFrom + _beforeMs;
        var answers = _inSlice + _before;
        return answers >= Enough && lasted >= EnoughMs ? answers / lasted : 0;
    }

    private void Turn(double now)
    {
        var lasted = now - _sliceFrom;
        if (lasted < SliceMs)
        {
            return;
        }

        // Of a pause nothing is kept.
        (_before, _beforeMs) = lasted < 2 * SliceMs ? (_inSlice, lasted) : (0, 0);
        (_inSlice, _sliceFrom) = (0, now);
    }
}
