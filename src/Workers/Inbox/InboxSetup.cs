using Messaging.Handling;
using Messaging.Observers;

namespace Messaging.Inbox;

/// <summary>The inbox of one service: which operations it guards.</summary>
internal sealed class InboxSetup(string service, InboxOptions options, IInboxStore store, TimeProvider time, GuardedLogger<InboxSetup> logger)
{
    private readonly InboxPatience _patience = new(service, time, logger);

    /// <summary>The handler with the inbox around it: commands, and calls that ask for it. Others stay as they are.</summary>
    public OperationHandler Guard(OperationHandler handler, int maxMessageBytes)
    {
        var operation = handler.Operation;
        var guards = operation.Kind switch
        {
            OperationKind.Command => true,
            OperationKind.Call => operation.ReplayReplies || options.ReplayReplies.Contains(operation.Name),
            _ => false,
        };
        return guards ? new InboxHandler(handler, store, maxMessageBytes, _patience) : handler;
    }
}
