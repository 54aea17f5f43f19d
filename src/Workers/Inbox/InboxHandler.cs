using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Messaging.Batching;
using Messaging.Buffers;
using Messaging.Handling;
using Messaging.Pipeline;
using Messaging.Replies;
using Messaging.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Inbox;

/// <summary>
/// Serves an operation once for each message: enters the message, runs the handler and commits both together. A message
/// that was entered before is not run; a call is given the reply of the first time. What fails for the database's sake
/// begins anew when the database can be used, whether it had been committed or not: the entry tells.
/// </summary>
internal sealed class InboxHandler(
    OperationHandler inner, IInboxStore store, int maxMessageBytes, InboxPatience patience, TimeSpan holdLimit, TimeProvider time)
    : OperationHandler(inner.Operation, inner.Retries)
{
    // So often a message may fail while the database takes others, before somebody should know.
    private const int FailuresUntilStuck = 3;

    private FrameNames? _replyNames;

    // A command may run again at any time. A call may if its contract says so: nobody knows what it does outside of the database.
    private bool MayRunAgain => Operation.Idempotent || (Operation.Kind == OperationKind.Command && !Operation.AtMostOnce);

    public override async ValueTask InvokeAsync(WorkerCall call, CallContext context, IServiceProvider services)
    {
        if (InboxKeys.Of(Operation.Service, call) is not { } key)
        {
            await inner.InvokeAsync(call, context, services).ConfigureAwait(false);
            return;
        }

        using var visit = new InboxVisit(call, context, key, patience, time);
        while (await TryAsync(visit, services).ConfigureAwait(false) is { } reason)
        {
            visit.Failed(reason);
            if (visit.Failures == FailuresUntilStuck)
            {
                visit.Stick();
            }

            var mayGoOn = visit.Held < holdLimit && await visit.WaitAsync().ConfigureAwait(false);
            if (visit.IsTimeUp)
            {
                break;
            }

            if (!mayGoOn)
            {
                await EndHereAsync(visit).ConfigureAwait(false);
                return;
            }
        }

        if (visit.IsTimeUp && call.Outcome is null)
        {
            visit.RefuseLate();
        }
    }

    /// <summary>One attempt. Null where there is nothing more to do, or no time for it; else what the database said.</summary>
    private async Task<string?> TryAsync(InboxVisit visit, IServiceProvider services)
    {
        InboxTransaction transaction;
        bool entered;
        try
        {
            (transaction, entered) = await BeginAsync(visit.Key, visit.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The store's own statements: whatever it is, the message has no part in it.
            return visit.IsOver() ? null : exception.Message;
        }

        await using (transaction.ConfigureAwait(false))
        {
            if (!entered)
            {
                return await SkipAsync(visit, transaction).ConfigureAwait(false);
            }

            if (!visit.HasRun)
            {
                visit.HasRun = true;
                return await RunAsync(visit, services, transaction).ConfigureAwait(false);
            }

            if (!MayRunAgain)
            {
                visit.RefuseSecondRun();
                return null;
            }

            // What the scope made for the run before belongs to a transaction that is gone.
            var scope = services.GetRequiredService<IServiceScopeFactory>().CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                visit.ClearReply();
                return await RunAsync(visit, scope.ServiceProvider, transaction).ConfigureAwait(false);
            }
        }
    }

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "The caller has it then.")]
    private async Task<(InboxTransaction Transaction, bool Entered)> BeginAsync(InboxKey key, CancellationToken cancellationToken)
    {
        await store.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var transaction = await store.BeginAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return (transaction, await store.TryEnterAsync(transaction, key, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await transaction.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<string?> RunAsync(InboxVisit visit, IServiceProvider services, InboxTransaction transaction)
    {
        var call = visit.Call;
        var current = services.GetRequiredService<CurrentInboxTransaction>();
        current.Open = transaction;
        try
        {
            await inner.InvokeAsync(call, visit.Context, services).ConfigureAwait(false);
        }
        catch (Exception exception) when (!visit.Context.CancellationToken.IsCancellationRequested && !IsVerdict(exception))
        {
            if (await store.FindOutageAsync(transaction, exception, visit.Context.CancellationToken).ConfigureAwait(false) is not { } reason)
            {
                throw;
            }

            return reason;
        }
        finally
        {
            current.Open = null;
        }

        if (call.Outcome is not null)
        {
            // Refused, e.g. as undecodable: nothing was handled.
            return null;
        }

        try
        {
            if (Operation.Kind == OperationKind.Call)
            {
                var body = call.ReplyBody?.Written ?? default;
                await store.StoreReplyAsync(transaction, visit.Key, new InboxReply(call.ReplyNames?.ContentType, body), CancellationToken.None).ConfigureAwait(false);
            }

            // Not with the handler's token: given up midway, a commit could have happened or not.
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (InvalidOperationException exception)
        {
            // The transaction has ended: by the handler, which must not, or by a database that gave it up for want of disk.
            if (await patience.LookAsync(CancellationToken.None).ConfigureAwait(false))
            {
                throw;
            }

            return exception.Message;
        }
        catch (Exception exception) when (!store.IsRefusal(exception))
        {
            // It may have been committed all the same. The next attempt sees.
            return exception.Message;
        }

        patience.Succeeded();
        return null;
    }

    private async Task<string?> SkipAsync(InboxVisit visit, InboxTransaction transaction)
    {
        if (visit.HasRun)
        {
            // By this very message, whose commit got no answer.
            patience.Succeeded();
        }
        else
        {
            MessagingTelemetry.InboxDuplicates.Add(1);
        }

        if (Operation.Kind != OperationKind.Call)
        {
            return null;
        }

        InboxReply? found;
        try
        {
            found = await store.FindReplyAsync(transaction, visit.Key, visit.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            return visit.IsOver() ? null : exception.Message;
        }

        Replay(visit, found);
        return null;
    }

    private void Replay(InboxVisit visit, InboxReply? found)
    {
        var call = visit.Call;
        visit.ClearReply();
        if (found is not { } reply)
        {
            // Forgotten this moment.
            call.Refuse(StatusCode.Aborted, "The call has run before, so long ago that its reply is not kept any more.", FailureReason.Redelivered, mayHaveRun: true);
            return;
        }

        call.ReplyBody = PooledBuffer.Rent(maxMessageBytes);
        call.ReplyBody.Write(reply.Body.Span);
        if (reply.ContentType is { } contentType)
        {
            var names = _replyNames;
            call.ReplyNames = names is not null && string.Equals(names.ContentType, contentType, StringComparison.Ordinal)
                ? names
                : _replyNames = ReplyNames.Success(contentType);
        }
    }

    /// <summary>The worker stops, or the message has been held for as long as the broker may bear.</summary>
    private async Task EndHereAsync(InboxVisit visit)
    {
        if (Operation.AtMostOnce || (visit.HasRun && !MayRunAgain))
        {
            // It would look as if it might have run elsewhere, or it has run here.
            visit.RefuseAway();
            return;
        }

        await InboxGiveBack.GiveBackAsync(visit.Call, patience.IsStopping).ConfigureAwait(false);
    }

    // What the handler has made of its failure stands: a fault that the contract declares, or a status that it chose.
    private bool IsVerdict(Exception exception)
    {
        if (exception is RpcException)
        {
            return true;
        }

        foreach (var fault in Operation.Faults)
        {
            if (fault.ExceptionType.IsInstanceOfType(exception))
            {
                return true;
            }
        }

        return false;
    }
}
