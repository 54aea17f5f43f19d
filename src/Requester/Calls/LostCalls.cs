using Messaging.Batching;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Calls;

/// <summary>The calls that may be lost with the queue that they were in, and which of them may be sent again.</summary>
internal static class LostCalls
{
    /// <summary>Whether a call that has left this process, and may have run, is sent again: as a retry would be, but at once and with the same id.</summary>
    public static bool IsToBeSentAgain(PendingCall call, string service) =>
        call is { IsStream: false, Stage: >= CallStage.Sending, Operation.Idempotent: true, Policy.Attempts: not null }
        && string.Equals(call.Operation.Service, service, StringComparison.Ordinal);

    /// <summary>The calls in messages, which may be batches.</summary>
    public static HashSet<UInt128> IdsOf(IReadOnlyList<InboundMessage> messages, NameCache names)
    {
        var ids = new HashSet<UInt128>();
        foreach (var message in messages)
        {
            if (!BatchFormat.Is(message.ContentType))
            {
                if (CorrelationIds.TryParse(message.CorrelationId, out var id))
                {
                    ids.Add(id);
                }
            }
            else if (BatchReader.TryOpen(message.Body, names, out var batch, out _))
            {
                while (batch.TryRead(out var frame))
                {
                    ids.Add(frame.Id);
                }
            }
        }

        return ids;
    }
}
