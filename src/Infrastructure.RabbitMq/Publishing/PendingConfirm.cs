namespace Messaging.RabbitMq;

/// <summary>A message that the broker has not yet confirmed.</summary>
/// <param name="queue">Where it goes.</param>
/// <param name="messageId">Its message id, by which it is known again when it is returned.</param>
internal sealed class PendingConfirm(string queue, string? messageId) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public string Queue { get; } = queue;

    public string? MessageId { get; } = messageId;

    /// <summary>Whether the broker has returned it. The confirm, which it sends all the same, then means nothing.</summary>
    public bool Returned { get; set; }
}
