using Messaging.Pipeline;
using Messaging.Transport;

namespace Messaging.Inbox;

/// <summary>
/// Gives a message back that has waited for the database in vain: a command as a copy, for which the broker counts no
/// delivery; a call, and an ordered command, which others must not overtake, to its place.
/// </summary>
internal static class InboxGiveBack
{
    public static async Task GiveBackAsync(WorkerCall call, bool stopping)
    {
        try
        {
            if (stopping)
            {
                // Or it might come straight back.
                await call.Delivery.Link.StopConsumingAsync().ConfigureAwait(false);
            }

            call.Outcome = call.IsCommand && call.Delivery.Tag.Queue != QueueKind.OrderedCommands ? WorkerOutcome.GivenBack : WorkerOutcome.Requeued;
        }
        catch (TransportException)
        {
            // The link is lost, and with it the delivery.
            call.Outcome = WorkerOutcome.Abandoned;
        }
    }
}
