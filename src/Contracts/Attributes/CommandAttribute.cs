namespace Messaging;

/// <summary>
/// Marks a method that returns <see cref="Task"/> as a fire-and-forget command. The task completes when the broker
/// has the command safe (publisher confirm), not when a worker has run it.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class CommandAttribute : Attribute
{
    /// <summary>The method's name on the wire. Default: the method's name without <c>Async</c>.</summary>
    public string? Name { get; set; }

    /// <summary>How long sending may take until the broker has confirmed, in milliseconds. Default: 0, the requester's default (30 s).</summary>
    public int TimeoutMs { get; set; }

    /// <summary>
    /// Where the command waits. Naming it at all, <see cref="CommandPriority.Normal"/> included, has the service's
    /// workers declare and serve the queue of urgent commands, and lets <see cref="CallOptions.Priority"/> decide for
    /// single commands. Default: <see cref="CommandPriority.Normal"/>, and no such queue.
    /// </summary>
    public CommandPriority Priority { get; set; }

    /// <summary>
    /// The member of the command, best by <c>nameof</c>, whose value is the key of its order: commands of one key run one
    /// after the other in the order in which one sender's were accepted, whichever workers compete for them. A readable
    /// property or field of the type <see cref="string"/>, <see cref="Guid"/>, <see cref="bool"/>, an integer or an enum
    /// (MSG019); null counts as the empty text. Excludes <see cref="Priority"/> (MSG020). Default: null, in no order.
    /// </summary>
    public string? OrderedBy { get; set; }

    /// <summary>
    /// How often a handler may run for one command, the first time included, before it is dead-lettered. From 1 to 1,000
    /// (MSG017). Default: 0, what the worker's <c>CommandRetry</c> says. <c>Operations:&lt;method&gt;:CommandRetry</c> of
    /// a worker wins over this and the three below.
    /// </summary>
    public int MaxAttempts { get; set; }

    /// <summary>
    /// How many of the retries come at once. From 0 to 100 (MSG017). Default: -1, what the worker's <c>CommandRetry</c> says.
    /// </summary>
    public int ImmediateRetries { get; set; } = -1;

    /// <summary>
    /// The delay before the first delayed retry, in milliseconds; it doubles with every further one. From 1,000 to
    /// 86,400,000, a day (MSG017). Default: 0, what the worker's <c>CommandRetry</c> says.
    /// </summary>
    public int RetryBaseDelayMs { get; set; }

    /// <summary>
    /// The longest delay between retries, in milliseconds. From 1,000, and no less than <see cref="RetryBaseDelayMs"/>, to
    /// 2,073,600,000, 24 days (MSG017). Default: 0, what the worker's <c>CommandRetry</c> says.
    /// </summary>
    public int RetryMaxDelayMs { get; set; }
}
