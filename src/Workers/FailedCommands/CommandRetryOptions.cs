namespace Messaging;

/// <summary>
/// Retries of commands: first at once, in the worker, then after delays that the broker keeps, so that no restart of a
/// worker forgets one. Calls are retried by their callers instead.
/// </summary>
public sealed class CommandRetryOptions
{
    /// <summary>
    /// How often a handler may run for one command, the first time included, before the command is dead-lettered; 1 turns
    /// retries off. Deliveries that came back because a worker died count as well. From 1 to 1,000. Default: 10.
    /// </summary>
    public int MaxAttempts { get; set; } = 10;

    /// <summary>How many of the retries come at once, without a delay. From 0 to 100. Default: 2.</summary>
    public int ImmediateRetries { get; set; } = 2;

    /// <summary>
    /// The delay before the first delayed retry; it doubles with every further one, and up to a quarter of it is added
    /// at random. The broker counts whole seconds. From 1 s to 1 day. Default: 5 s.
    /// </summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest delay, before the random part. From <see cref="BaseDelay"/> to 30 days. Default: 1 hour.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Says what becomes of a command by the exception of its handler; null from it means the default, which dead-letters
    /// at once what cannot succeed later (a declared fault, or an <see cref="RpcException"/> with a status such as
    /// <see cref="StatusCode.InvalidArgument"/>) and retries everything else. Where it throws the command is
    /// dead-lettered. Default: null, the default for all.
    /// </summary>
    public Func<Exception, FailedCommandAction?>? Classify { get; set; }
}
