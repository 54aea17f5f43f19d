using System.Diagnostics;
using Messaging.Wire;

namespace Messaging.Calls;

/// <summary>What most calls do without: options, a second attempt, a trace, a caller that may cancel, a handler around them.</summary>
internal sealed class CallExtras
{
    private TimeSpan? _timeout;
    private bool _isHandlers;

    /// <summary>The time it has, as a subject, where it is not the operation's own.</summary>
    public string? Time => _timeout is { } timeout ? CallClock.Describe(timeout, _isHandlers) : null;

    public CallOptions? Options { get; private init; }

    /// <summary>Which attempt of the requester it is, from 1.</summary>
    public int Attempt { get; private init; }

    /// <summary>The call's own activity; null where nobody listens.</summary>
    public Activity? Activity { get; private init; }

    /// <summary>The trace that travels: the call's own, or the one that its caller was in.</summary>
    public Activity? Trace { get; private init; }

    /// <summary>The handler that makes the call, whose end is this call's end.</summary>
    public CallContext? Handler { get; private init; }

    public CancellationTokenRegistration CallerCancels { get; set; }

    public CancellationTokenRegistration HandlerEnds { get; set; }

    /// <exception cref="ArgumentException">A call can't have what the options ask for.</exception>
    public static void Validate(CallOptions? options)
    {
        if (options is null)
        {
            return;
        }

        if (options.Delay is not null)
        {
            throw new ArgumentException("A call can't be delayed, as its caller waits for the reply. Make it a [Command], or wait before you call.", nameof(options));
        }

        if (options.Priority is not null)
        {
            throw new ArgumentException("A call has no priority, as calls don't wait behind each other for long. Make it a [Command], or leave CallOptions.Priority out.", nameof(options));
        }

        if (options.Headers is { } headers)
        {
            UserHeaders.Validate(headers);
        }
    }

    /// <summary>Null for a call that needs none of it.</summary>
    /// <param name="options">The call's options.</param>
    /// <param name="clock">Its time.</param>
    /// <param name="policyTimeout">The operation's own timeout.</param>
    /// <param name="attempt">Which attempt it is.</param>
    /// <param name="activity">The call's own.</param>
    /// <param name="handler">The handler that makes it.</param>
    /// <param name="caller">The caller's token.</param>
    public static CallExtras? Create(
        CallOptions? options, in CallClock clock, TimeSpan policyTimeout, int attempt, Activity? activity, CallContext? handler, CancellationToken caller) =>
        options is null && clock.Timeout == policyTimeout && !clock.IsHandlers && attempt == 1 && (activity ?? Activity.Current) is null && !caller.CanBeCanceled && handler is not { CancellationToken.CanBeCanceled: true }
            ? null
            : new CallExtras
            {
                Options = options,
                _timeout = clock.Timeout,
                _isHandlers = clock.IsHandlers,
                Attempt = attempt,
                Activity = activity,
                Trace = activity ?? Activity.Current,
                Handler = handler,
            };
}
