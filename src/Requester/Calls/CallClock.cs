namespace Messaging.Calls;

/// <summary>A call's time.</summary>
/// <param name="Deadline">When it ends.</param>
/// <param name="Timeout">The timeout that the deadline came from, for messages.</param>
/// <param name="StartedAt">The timestamp of its first instant.</param>
internal readonly record struct CallClock(Deadline Deadline, TimeSpan Timeout, long StartedAt)
{
    /// <summary>Starts the clock of a call.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="policyTimeout">The timeout, where the call's options give none.</param>
    /// <param name="options">The call's options.</param>
    /// <param name="handler">The handler that makes the call, if one does.</param>
    public static CallClock Start(TimeProvider time, TimeSpan policyTimeout, CallOptions? options, CallContext? handler)
    {
        var timeout = options?.Timeout ?? policyTimeout;
        var start = time.GetTimestamp();
        var deadline = Deadline.After(timeout, start, time);
        if (handler?.Deadline is { } outer && outer.Timestamp < deadline.Timestamp)
        {
            // A handler's calls can't outlive the call it serves.
            return new CallClock(deadline.Earlier(outer), outer.Remaining, start);
        }

        return new CallClock(deadline, timeout, start);
    }
}
