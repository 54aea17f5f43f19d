using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Pipeline;

/// <summary>
/// While the worker stops, what has not been started goes back for others to take, once the broker sends this worker
/// nothing more: earlier it might come straight back, time and again. Served here all the same are a call that may run
/// only once (given back it would look as if it might have run), an ordered command, whose partition moves on with it,
/// and a command that came back so often that the next time the broker would dead-letter it.
/// </summary>
internal sealed class RefuseWhileDraining(int commandDeliveryLimit) : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call) =>
        call.Draining && call.Outcome is null && !IsServedHere(call) ? GiveBackAsync(call) : ValueTask.CompletedTask;

    private static async ValueTask GiveBackAsync(WorkerCall call)
    {
        await call.Delivery.Link.StopConsumingAsync().ConfigureAwait(false);
        call.Outcome = WorkerOutcome.GivenBack;
    }

    private bool IsServedHere(WorkerCall call) =>
        call.Handler is { Operation.AtMostOnce: true }
            || call.Delivery.Tag.Queue == QueueKind.OrderedCommands
            || (call.IsCommand && RequestHead.ReadReturns(call.Headers) >= commandDeliveryLimit);
}
