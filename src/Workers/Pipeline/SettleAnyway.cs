using Messaging.Replies;
using Messaging.Running;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Pipeline;

/// <summary>
/// Settles what a step of <see cref="WorkerPipeline"/> could not serve to the end. On a link that stands nothing else would,
/// and with what is not settled the worker's slots, its prefetch and its partitions are used up one by one.
/// </summary>
internal sealed class SettleAnyway(WorkerTrouble trouble, TimeProvider time)
{
    private static readonly ReplyHead _bare = new()
    {
        Status = StatusCode.Internal,
        Detail = "The worker could not answer; its log has the details under this correlation id.",
        MayHaveRun = true,
    };

    // A connection that breaks says so where it is used, a moment before the link is known to be lost.
    private static readonly TimeSpan _momentToLose = TimeSpan.FromSeconds(1);

    /// <summary>Settles it. False where its link is lost: the broker gives it to another worker.</summary>
    /// <param name="call">The call; nobody has claimed to settle it, or the caller of this has.</param>
    /// <param name="exception">What happened.</param>
    /// <param name="isClaimed">Whether the caller of this has claimed to settle it.</param>
    public async ValueTask<bool> InvokeAsync(WorkerCall call, Exception exception, bool isClaimed = false)
    {
        var link = call.Delivery.Link;
        if (exception is TransportException { Failure: TransportFailure.NotSent or TransportFailure.Unknown } && !link.IsLost)
        {
            await Task.WhenAny(link.Lost, Task.Delay(_momentToLose, time)).ConfigureAwait(false);
        }

        if (link.IsLost)
        {
            return false;
        }

        trouble.Report(call, exception);
        if (!isClaimed && !call.TryClaimSettling())
        {
            // It has been settled: what failed came after that.
            return true;
        }

        var settlement = SettlementOf(call);
        if (!call.IsCommand && settlement == Settlement.Done && call.Outcome is not { Kind: OutcomeKind.Dropped or OutcomeKind.Opened })
        {
            await TellAsync(call).ConfigureAwait(false);
        }

        await call.Delivery.SettleAsync(settlement).ConfigureAwait(false);
        return true;
    }

    // What was decided before stands. A command that has not succeeded is rejected, so that the broker dead-letters it.
    private static Settlement SettlementOf(WorkerCall call) => call.Outcome?.Kind switch
    {
        OutcomeKind.Requeued or OutcomeKind.GivenBack => Settlement.Requeued,
        OutcomeKind.Abandoned => Settlement.None,
        OutcomeKind.Succeeded or OutcomeKind.Dropped or OutcomeKind.Opened => Settlement.Done,
        _ => call.IsCommand ? Settlement.Rejected : Settlement.Done,
    };

    private static async ValueTask TellAsync(WorkerCall call)
    {
        if (call.Delivery.Message.ReplyTo is not { Length: > 0 } replyTo)
        {
            return;
        }

        var headers = _bare.ToHeaders();
        try
        {
            await call.Delivery.Link.ReplyAsync(new OutboundMessage
            {
                Queue = replyTo,
                Type = ReplyNames.Fault.Type,
                CorrelationId = call.CorrelationId,
                Headers = call.Delivery.Replies is null ? headers : ReplyPump.Report(call.HandlerUs, headers),
            }).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Not even this, e.g. as the address is none. What went wrong is reported; the caller's deadline ends the call.
        }
    }
}
