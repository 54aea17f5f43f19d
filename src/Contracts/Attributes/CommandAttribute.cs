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
}
