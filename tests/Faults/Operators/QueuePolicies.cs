namespace Messaging.Faults.Operators;

/// <summary>
/// The policies by which an operator fills queues. None has the broker drop a command that the queue has taken, which
/// nobody could mend: dead letters are only ever refused, and what falls out of a queue of commands is dead-lettered.
/// </summary>
internal static class QueuePolicies
{
    private static readonly string[] _refusing =
    [
        """{"max-length":0,"overflow":"reject-publish"}""",
        """{"max-length-bytes":1,"overflow":"reject-publish"}""",
    ];

    // Without an overflow of their own they leave that to the queue's argument; where there is none the head is dropped.
    private static readonly string[] _dropping =
    [
        """{"max-length":1}""",
        """{"max-length-bytes":200}""",
        """{"message-ttl":300}""",
    ];

    private static readonly string[] _droppingCalls =
    [
        """{"max-length":1,"overflow":"drop-head"}""",
        """{"message-ttl":1}""",
    ];

    public static IReadOnlyList<string> For(string queue) => queue switch
    {
        IProbe.Name => [.. _refusing, .. _droppingCalls],
        _ when queue.StartsWith(IProbe.Name + ".commands", StringComparison.Ordinal) => [.. _refusing, .. _dropping],
        _ when queue.StartsWith("messaging.delay.", StringComparison.Ordinal) && char.IsAsciiDigit(queue[^1]) => [.. _refusing, .. _dropping],
        _ => _refusing,
    };
}
