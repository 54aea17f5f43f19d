namespace Messaging.Pipeline;

/// <summary>Tells the broker that the delivery is done, or gives it back.</summary>
internal sealed class SettleDelivery : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call) => call.Outcome!.Kind switch
    {
        OutcomeKind.Requeued => call.Delivery.Link.RequeueAsync(call.Delivery.Tag),
        OutcomeKind.Rejected => call.Delivery.Link.RejectAsync(call.Delivery.Tag),
        OutcomeKind.Abandoned => ValueTask.CompletedTask,
        _ => call.Delivery.Link.AckAsync(call.Delivery.Tag),
    };
}
