namespace Messaging.Overload;

/// <summary>What one answer says of the workers. Times are in milliseconds of the process's monotonic clock.</summary>
/// <param name="Now">When it came.</param>
/// <param name="SentAt">When its call was sent.</param>
/// <param name="WaitMs">How long the call waited for a handler.</param>
/// <param name="WorkMs">What it took besides: the handler's time, and the way.</param>
/// <param name="Refused">Whether workers had no time for it, or none came by its deadline.</param>
/// <param name="UnderWay">How many calls are under way.</param>
internal readonly record struct Answer(double Now, double SentAt, double WaitMs, double WorkMs, bool Refused, int UnderWay);
