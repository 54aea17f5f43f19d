using Messaging.Handling;

namespace Messaging.Pipeline;

/// <summary>Finds who serves the method.</summary>
internal sealed class FindOperation(OperationTable operations) : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call)
    {
        if (call.Outcome is null)
        {
            call.Handler = operations.Find(call.Method!);
            if (call.Handler is null)
            {
                call.Refuse(
                    StatusCode.Unimplemented,
                    $"The service '{operations.Service}' has no method '{call.Method!}'. It has: {operations.Names}.");
            }
        }

        return ValueTask.CompletedTask;
    }
}
