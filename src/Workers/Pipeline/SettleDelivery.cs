using Messaging.Running;

namespace Messaging.Pipeline;

/// <summary>
/// Tells the broker that the call is done, or gives it back; a batch is settled with the last of its calls. A reply that
/// waits for the connection with others settles its call when it has been handed over.
/// </summary>
internal sealed class SettleDelivery : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call) =>
        call.TryClaimSettling()
            ? call.Delivery.SettleAsync(call.Outcome!.Kind switch
            {
                OutcomeKind.Requeued or OutcomeKind.GivenBack => Settlement.Requeued,
                OutcomeKind.Rejected => Settlement.Rejected,
                OutcomeKind.Abandoned => Settlement.None,
                _ => Settlement.Done,
            })
            : ValueTask.CompletedTask;
}
