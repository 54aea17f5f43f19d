using Messaging.FailedCommands;
using Messaging.Pipeline;
using Messaging.Transport;

namespace Messaging.Inbox;

/// <summary>
/// Gives a message back that has waited for the database in vain. A command goes to the end of its queue as a copy, which
/// the broker counts no delivery for; an ordered one goes back to its place, as others must not overtake it.
/// </summary>
internal sealed class InboxGiveBack(string service, TimeProvider time)
{
    public async Task GiveBackAsync(WorkerCall call, bool stopping)
    {
        try
        {
            if (stopping)
            {
                // Or it might come straight back.
                await call.Delivery.Link.StopConsumingAsync().ConfigureAwait(false);
            }

            call.Outcome = call.IsCommand && call.Delivery.Tag.Queue != QueueKind.OrderedCommands && await CopyAsync(call).ConfigureAwait(false)
                ? WorkerOutcome.Dropped
                : WorkerOutcome.Requeued;
        }
        catch (TransportException)
        {
            // The link is lost, and with it the delivery.
            call.Outcome = WorkerOutcome.Abandoned;
        }
    }

    private ValueTask<bool> CopyAsync(WorkerCall call)
    {
        var (message, headers) = CommandCopy.Back(call, service);
        headers[Wire.WireNames.Attempt] = (long)Math.Max(1, call.Head.Attempt);
        return call.Delivery.Link.TryPublishConfirmedAsync(message, time);
    }
}
