using Messaging.Pipeline;
using Messaging.Transport;

namespace Messaging.Inbox;

/// <summary>Gives a message back that has waited for the database in vain.</summary>
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

            call.Outcome = WorkerOutcome.Return(call);
        }
        catch (TransportException)
        {
            // The link is lost, and with it the delivery.
            call.Outcome = WorkerOutcome.Abandoned;
        }
    }
}
