namespace Messaging.Calls;

/// <summary>A call's time.</summary>
/// <param name="Deadline">When it ends.</param>
/// <param name="Timeout">The timeout that the deadline came from, for messages.</param>
/// <param name="StartedAt">The timestamp of its first instant.</param>
internal readonly record struct CallClock(Deadline Deadline, TimeSpan Timeout, long StartedAt);
