namespace Messaging.Calls.Contract;

/// <summary>The machine's clock, whose timestamps begin elsewhere and count in other steps, as those of another machine do.</summary>
internal sealed class ShiftedTime(TimeSpan shift) : TimeProvider
{
    private const long PerSecond = 10_000_000;

    public override long TimestampFrequency => PerSecond;

    public override long GetTimestamp() =>
        (long)((Int128)System.GetTimestamp() * PerSecond / System.TimestampFrequency) + (long)(shift.TotalSeconds * PerSecond);
}
