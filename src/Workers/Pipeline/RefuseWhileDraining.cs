namespace Messaging.Pipeline;

/// <summary>
/// While the worker stops, what has not been started goes back for others to take. Except a call that may run only
/// once: given back it would look as if it might have run, so it is served here.
/// </summary>
internal sealed class RefuseWhileDraining : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call)
    {
        if (call.Draining && call.Handler is not { Operation.AtMostOnce: true })
        {
            call.Outcome ??= WorkerOutcome.Requeued;
        }

        return ValueTask.CompletedTask;
    }
}
