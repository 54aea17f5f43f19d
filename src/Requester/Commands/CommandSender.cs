using System.Diagnostics;
using Messaging.Buffers;
using Messaging.Calls;
using Messaging.Deadlines;
using Messaging.Links;
using Messaging.Observers;
using Messaging.Policies;
using Messaging.Serialization;
using Messaging.Telemetry;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Commands;

/// <summary>
/// The path of a command: encoded once, published persistent and mandatory, complete on the publisher confirm. Any
/// number are under way at a time. Where a confirm is missing because the connection was lost, or the queue has no leader
/// just now, the command is sent again with the same message id until its deadline.
/// </summary>
internal sealed class CommandSender(LinkKeeper<CallLink> links, ITransport transport, DeadlineWheel deadlines, TimeProvider time)
{
    // A link that is lost takes a moment to be noticed, and one that refuses everything would be asked without end.
    private readonly OrderedSends _ordered = new();

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    // An election takes some hundred milliseconds, or seconds on a busy broker; those who wait for its end come in their own time.
    private static readonly TimeSpan _longestPause = TimeSpan.FromMilliseconds(400);

    public Task SendAsync<TRequest>(
        Operation<TRequest, Nothing> operation,
        CallPolicy<TRequest, Nothing> policy,
        TRequest command,
        CallOptions? options,
        in CallClock clock,
        CallContext? handler,
        CancellationToken cancellationToken)
    {
        if (options?.Headers is { } own)
        {
            UserHeaders.Validate(own);
        }

        var route = CommandRoute.Of(operation, command, options);

        // 1. Encode. What was encoded is kept until the outcome, as it may be sent more than once.
        var messageId = options?.MessageId ?? CorrelationIds.Format(CorrelationIds.Create());
        var body = PooledBuffer.Rent(transport.MaxMessageBytes);
        string? encoding;
        try
        {
            encoding = PayloadBodies.Write(policy.RequestCodec, command, ref body, policy.Compression, transport.MaxMessageBytes);
        }
        catch (Exception exception)
        {
            // A codec may throw anything; the sender gets one kind of exception for it.
            body.Return();
            return Task.FromException(EncodingFailures.ToRpcException(exception, operation, messageId));
        }

        // 2. From here on something ends it: confirm, refusal, deadline or cancellation.
        var activity = MessagingTelemetry.StartPending(operation);
        var traced = RequestHeaders.Create(1, activity ?? Activity.Current, options?.Headers, encoding);
        var (delay, headers) = options?.Delay is { } asked ? Delay(asked, traced) : (null, traced);
        var pending = new PendingCommand(
            operation,
            new OutboundMessage
            {
                Queue = route.Queue,
                Type = operation.Name,
                ContentType = policy.ContentType,
                MessageId = messageId,
                CorrelationId = messageId,
                Persistent = true,
                Headers = headers,
                Delay = delay,
                Body = body.Written,
            },
            body,
            clock,
            activity,
            deadlines,
            time);
        pending.Watch(handler, cancellationToken);

        // A delayed command is in order from when it is due, not from now.
        _ = RunAsync(pending, policy.Service, route.Key is { } key && delay is null ? _ordered.Enter(operation.Service, key) : null);
        return pending.Task;
    }

    /// <summary>A delay that the broker can't keep in one piece goes on when a worker gets the command.</summary>
    private static (TimeSpan? Delay, IReadOnlyDictionary<string, object?> Headers) Delay(TimeSpan delay, IReadOnlyDictionary<string, object?>? headers)
    {
        var marked = headers is null
            ? new Dictionary<string, object?>(StringComparer.Ordinal)
            : new Dictionary<string, object?>(headers, StringComparer.Ordinal);
        var seconds = (long)Math.Ceiling(delay.TotalSeconds);
        var first = Math.Min(seconds, (long)OutboundMessage.MaxDelay.TotalSeconds);
        marked[WireNames.Scheduled] = 1L;
        if (seconds > first)
        {
            marked[WireNames.DelayLeft] = seconds - first;
        }

        return (TimeSpan.FromSeconds(first), marked);
    }

    private async Task RunAsync(PendingCommand command, ServiceCalls service, OrderedSends.Turn? turn)
    {
        var room = service.CommandRoom;
        var entered = false;
        try
        {
            if (turn is { Comes.IsCompleted: false })
            {
                command.Stage = CallStage.Ordering;
                await turn.Comes.WaitAsync(command.Ended).ConfigureAwait(false);
                command.Stage = CallStage.Waiting;
            }

            // 3. A bounded number is under way; the others wait inside their deadlines, or fail if so configured.
            entered = room.Wait(0, CancellationToken.None);
            if (!entered && service.FailsWhenFull)
            {
                command.Fail(Failure(command, StatusCode.ResourceExhausted, FailureReason.Overloaded, DeadlineDetail.DescribeFullCommands(service)));
                return;
            }

            if (!entered)
            {
                await room.WaitAsync(command.Ended).ConfigureAwait(false);
                entered = true;
            }

            await PublishUntilConfirmedAsync(command).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (command.HasEnded)
        {
            // It ended while it waited.
        }
        catch (OperationCanceledException)
        {
            command.Fail(Failure(
                command, StatusCode.Unavailable, FailureReason.RequesterClosed, "The requester was disposed before the broker had confirmed the command."));
        }
        catch (Exception exception)
        {
            // A bug, here or in the keeper, which has logged its own: the sender must not wait for the deadline.
            command.Fail(Failure(command, StatusCode.Internal, FailureReason.None, $"Sending failed: {ExceptionText.MessageOf(exception)}", exception));
        }
        finally
        {
            if (entered)
            {
                room.Release();
            }

            command.Release();
            turn?.Leave();
        }
    }

    private async ValueTask PublishUntilConfirmedAsync(PendingCommand command)
    {
        var refused = 0;
        while (!command.HasEnded)
        {
            // 4. An open link, or the next, unless the broker denies it, which waiting does not change.
            command.Stage = CallStage.Connecting;
            var nextAttempt = links.NextAttempt;
            if (links.Current is not { } link)
            {
                command.LastFailure = links.LastFailure;
                if (command.LastFailure is TransportException { Failure: TransportFailure.Denied, OfCredentials: false } denied)
                {
                    Fail(command, denied);
                    return;
                }

                await nextAttempt.WaitAsync(command.Ended).ConfigureAwait(false);
                continue;
            }

            // 5. Publish. Never abandoned midway: that would corrupt the channel.
            try
            {
                command.Stage = CallStage.Sending;
                await link.PublishConfirmedAsync(command.Message).ConfigureAwait(false);
                command.Accept();
                return;
            }
            catch (TransportException exception) when (exception.Failure is TransportFailure.NotSent or TransportFailure.Unknown)
            {
                // 6. Again, with the same message id: a worker with an inbox drops the second.
                if (exception.Failure == TransportFailure.Unknown)
                {
                    command.MarkMaybeTaken();
                }

                command.Stage = CallStage.Connecting;
                await Task.Delay(_pause, time, command.Ended).ConfigureAwait(false);
            }
            catch (TransportException exception) when (exception.Passes)
            {
                // 7. Again too, when the queue has a leader: only one that is full refuses a command for good.
                command.Stage = CallStage.Refused;
                command.LastFailure = exception;
                await Task.Delay(PauseAfter(++refused), time, command.Ended).ConfigureAwait(false);
            }
            catch (TransportException exception)
            {
                Fail(command, exception);
                return;
            }
        }
    }

    private static TimeSpan PauseAfter(int refused)
    {
        var pause = _pause * (1 << Math.Min(refused, 8));
        return (pause < _longestPause ? pause : _longestPause) * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    private static void Fail(PendingCommand command, TransportException exception) =>
        command.Fail(TransportFailures.ToRpcException(exception, command.Operation, command.Message.MessageId, command.MayHaveBeenTaken));

    private static RpcException Failure(PendingCommand command, StatusCode status, FailureReason reason, string detail, Exception? cause = null) =>
        new(status, detail, cause)
        {
            Reason = reason,
            Operation = command.Operation.FullName,
            CorrelationId = command.Message.MessageId,
            MayHaveRun = command.MayHaveRun,
        };
}
