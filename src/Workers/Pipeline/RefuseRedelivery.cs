namespace Messaging.Pipeline;

/// <summary>Answers a redelivered call of an at-most-once operation instead of running it again.</summary>
internal sealed class RefuseRedelivery : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call)
    {
        if (call.Outcome is null && call.Handler!.Operation.AtMostOnce && call.Delivery.Message.Redelivered)
        {
            call.Refuse(
                StatusCode.Aborted,
                "The call was delivered before and its worker did not finish it; the operation runs at most once.",
                FailureReason.Redelivered,
                mayHaveRun: true);
        }

        return ValueTask.CompletedTask;
    }
}
