using Messaging.Telemetry;

namespace Messaging.Pipeline;

/// <summary>Refuses a body over the transport's limit, which was not even copied: a call is answered, a command is left to the broker's dead-lettering.</summary>
internal sealed class RefuseOversize(int maxMessageBytes) : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call)
    {
        if (call.Outcome is null && call.Delivery.IsOversize)
        {
            MessagingTelemetry.RefusedDeliveries.Add(1);
            if (call.IsCommand)
            {
                call.Outcome = WorkerOutcome.Rejected;
            }
            else
            {
                call.Refuse(
                    StatusCode.ResourceExhausted,
                    $"The request of {call.Delivery.BodyBytes:N0} bytes is over the worker's limit of {maxMessageBytes:N0}. Send less, or store it elsewhere and send a reference.",
                    FailureReason.TooLarge);
            }
        }

        return ValueTask.CompletedTask;
    }
}
