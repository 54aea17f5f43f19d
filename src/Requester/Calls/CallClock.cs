namespace Messaging.Calls;

/// <summary>A call's deadline, and the timeout it came from for messages.</summary>
internal readonly record struct CallClock(Deadline Deadline, TimeSpan Timeout);
