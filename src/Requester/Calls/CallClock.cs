using Messaging.Deadlines;

namespace Messaging.Calls;

/// <summary>A call's time.</summary>
/// <param name="Deadline">When it ends.</param>
/// <param name="Timeout">The timeout that the deadline came from, for messages.</param>
/// <param name="StartedAt">The timestamp of its first instant.</param>
/// <param name="IsHandlers">Whether it is what the handler that makes the call had left, which was less than the timeout.</param>
internal readonly record struct CallClock(Deadline Deadline, TimeSpan Timeout, long StartedAt, bool IsHandlers = false)
{
    /// <summary>The time that the call had, as a subject: <c>The timeout of 1 s</c>.</summary>
    public string Text => Describe(Timeout, IsHandlers);

    /// <summary>As <see cref="Text"/>.</summary>
    public static string Describe(TimeSpan timeout, bool isHandlers) => isHandlers
        ? $"The {TimeText.Of(timeout)} that the calling handler had left of its own deadline"
        : $"The timeout of {TimeText.Of(timeout)}";

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
            return new CallClock(deadline.Earlier(outer), outer.Remaining, start, IsHandlers: true);
        }

        return new CallClock(deadline, timeout, start);
    }
}
