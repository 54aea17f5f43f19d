namespace Messaging.Overload;

/// <summary>What one answer says of the workers. Times are in milliseconds of the process's monotonic clock.</summary>
/// <param name="Now">When it came.</param>
/// <param name="SentAt">When its call was sent.</param>
/// <param name="WaitMs">How long the call waited for a handler.</param>
/// <param name="Refused">Whether workers had no time for it, or none came by its deadline.</param>
/// <param name="UnderWay">How many calls are under way.</param>
internal readonly record struct Answer(double Now, double SentAt, double WaitMs, bool Refused, int UnderWay)
{
    /// <summary>What the call took besides waiting.</summary>
    public double WorkMs => Math.Max(0, Now - SentAt - WaitMs);
}
