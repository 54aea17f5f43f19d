using Messaging.FailedCommands;
using Messaging.Streams;

namespace Messaging.Pipeline;

/// <summary>
/// The whole path of a delivery on the worker's side. The steps run in this order, each of them for every delivery;
/// the first that gives an outcome decides, and those that follow act on it.
/// </summary>
internal sealed class WorkerPipeline(
    RefuseForeignReplyTo refuseForeignReplyTo,
    RefuseOversize refuseOversize,
    ReadRequestHead readRequestHead,
    FindOperation findOperation,
    RefuseWhileDraining refuseWhileDraining,
    RefuseRedelivery refuseRedelivery,
    SkipCancelled skipCancelled,
    PostponeCommand postponeCommand,
    RefuseHopeless refuseHopeless,
    OpenStream openStream,
    RunHandler runHandler,
    RetryCommand retryCommand,
    SendReply sendReply,
    DeadLetterCommand deadLetterCommand,
    GiveBackCommand giveBackCommand,
    SettleDelivery settleDelivery)
{
    private readonly IDeliveryStep[] _steps =
    [
        refuseForeignReplyTo,
        refuseOversize,
        readRequestHead,
        findOperation,
        refuseWhileDraining,
        refuseRedelivery,
        skipCancelled,
        postponeCommand,
        refuseHopeless,
        openStream,
        runHandler,
        retryCommand,
        sendReply,
        deadLetterCommand,
        giveBackCommand,
        settleDelivery,
    ];

    public async ValueTask ServeAsync(WorkerCall call)
    {
        foreach (var step in _steps)
        {
            await step.InvokeAsync(call).ConfigureAwait(false);
        }
    }
}

/// <summary>One step of <see cref="WorkerPipeline"/>.</summary>
internal interface IDeliveryStep
{
    ValueTask InvokeAsync(WorkerCall call);
}
