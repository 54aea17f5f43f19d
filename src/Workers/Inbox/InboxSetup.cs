using Messaging.Handling;
using Messaging.Health;
using Messaging.Observers;

namespace Messaging.Inbox;

/// <summary>The inbox of one service: which operations it guards.</summary>
internal sealed class InboxSetup(
    string service, InboxOptions options, IInboxStore store, Participants participants, TimeProvider time, GuardedLogger<InboxSetup> logger, CancellationToken stopping)
{
    public InboxPatience Patience { get; } = new(service, store, participants, time, logger, stopping);

    /// <summary>The handler with the inbox around it: commands, and calls that ask for it. Others stay as they are.</summary>
    /// <param name="handler">The handler.</param>
    /// <param name="maxMessageBytes">The transport's limit.</param>
    /// <param name="holdLimit">How long a delivery may wait here, before the broker takes its worker for stuck.</param>
    public OperationHandler Guard(OperationHandler handler, int maxMessageBytes, TimeSpan holdLimit)
    {
        var operation = handler.Operation;
        var guards = operation.Kind switch
        {
            OperationKind.Command => true,
            OperationKind.Call => operation.ReplayReplies || options.ReplayReplies.Contains(operation.Name),
            _ => false,
        };
        return guards ? new InboxHandler(handler, store, maxMessageBytes, Patience, holdLimit, time) : handler;
    }
}
