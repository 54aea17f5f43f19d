using Messaging.Running;

namespace Messaging.Pipeline;

/// <summary>Drops a call whose cancel came first.</summary>
internal sealed class SkipCancelled(RunningCalls running) : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call)
    {
        if (call.Outcome is null && !call.Id.IsNone && running.WasCancelled(call.Id))
        {
            call.Outcome = WorkerOutcome.Dropped;
        }

        return ValueTask.CompletedTask;
    }
}
