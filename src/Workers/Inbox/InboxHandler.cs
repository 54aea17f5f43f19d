using System.Buffers;
using System.Data.Common;
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
/// that was entered before is not run; a call is given the reply of the first time.
/// </summary>
internal sealed class InboxHandler(OperationHandler inner, IInboxStore store, int maxMessageBytes, InboxPatience patience) : OperationHandler(inner.Operation, inner.Retries)
{
    private FrameNames? _replyNames;

    public override async ValueTask InvokeAsync(WorkerCall call, CallContext context, IServiceProvider services)
    {
        if (InboxKeys.Of(Operation.Service, call) is not { } key)
        {
            await inner.InvokeAsync(call, context, services).ConfigureAwait(false);
            return;
        }

        var (transaction, entered) = await patience.RunAsync(token => BeginAsync(key, token), store, context.CancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            if (entered)
            {
                await RunAsync(call, context, services, transaction, key).ConfigureAwait(false);
                return;
            }

            MessagingTelemetry.InboxDuplicates.Add(1);
            if (Operation.Kind == OperationKind.Call)
            {
                await ReplayAsync(call, transaction, key, context.CancellationToken).ConfigureAwait(false);
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

    private async Task RunAsync(WorkerCall call, CallContext context, IServiceProvider services, InboxTransaction transaction, InboxKey key)
    {
        var current = services.GetRequiredService<CurrentInboxTransaction>();
        current.Open = transaction;
        try
        {
            await inner.InvokeAsync(call, context, services).ConfigureAwait(false);
            if (call.Outcome is not null)
            {
                // Refused, e.g. as undecodable: nothing was handled.
                return;
            }

            if (Operation.Kind == OperationKind.Call)
            {
                var body = call.ReplyBody?.Written ?? default;
                await store.StoreReplyAsync(transaction, key, new InboxReply(call.ReplyNames?.ContentType, body), context.CancellationToken).ConfigureAwait(false);
            }

            // Not with the handler's token: given up midway, a commit could have happened or not.
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (DbException exception) when (Operation.Kind == OperationKind.Command && store.IsTransient(exception))
        {
            // The database went away. Whether it has committed shows when the message comes again.
            call.Outcome = WorkerOutcome.Requeued;
        }
        finally
        {
            current.Open = null;
        }
    }

    private async Task ReplayAsync(WorkerCall call, InboxTransaction transaction, InboxKey key, CancellationToken cancellationToken)
    {
        if (await store.FindReplyAsync(transaction, key, cancellationToken).ConfigureAwait(false) is not { } reply)
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
}
