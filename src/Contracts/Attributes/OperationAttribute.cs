namespace Messaging;

/// <summary>
/// Says how a call behaves. Optional: a method without it is a call with the defaults below.
/// Options and configuration of the requester override what the contract says.
/// </summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class OperationAttribute : Attribute
{
    /// <summary>The method's name on the wire. Default: the method's name without <c>Async</c>.</summary>
    public string? Name { get; set; }

    /// <summary>How long a call may take from its first instant, in milliseconds. Default: 0, the requester's default (30 s).</summary>
    public int TimeoutMs { get; set; }

    /// <summary>
    /// Running the operation twice is as good as running it once. Only such operations are retried or hedged.
    /// Default: false.
    /// </summary>
    public bool Idempotent { get; set; }

    /// <summary>
    /// A redelivered call (its first worker died before it acknowledged) is answered with
    /// <see cref="StatusCode.Aborted"/> and <see cref="RpcException.MayHaveRun"/> instead of being run again.
    /// Default: false, at least once. Excludes <see cref="Idempotent"/> (MSG011).
    /// </summary>
    public bool AtMostOnce { get; set; }

    /// <summary>
    /// A worker with an inbox (<c>AddInbox&lt;T&gt;()</c>) stores the reply in the transaction in which the call is
    /// handled, and answers a duplicate with it instead of running the handler again. Clients must not use a correlation
    /// id twice. Without an inbox it means nothing. Default: false.
    /// </summary>
    public bool ReplayReplies { get; set; }
}
