using System.Diagnostics;
using Messaging.Buffers;
using Messaging.Calls;
using Messaging.Links;
using Messaging.Policies;
using Messaging.Telemetry;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Commands;

/// <summary>The path of a command: encoded, published persistent and mandatory, complete on the publisher confirm.</summary>
internal sealed class CommandSender(LinkKeeper<CallLink> links, ITransport transport, TimeProvider time)
{
    public async Task SendAsync<TRequest>(
        Operation<TRequest, Nothing> operation,
        CallPolicy<TRequest, Nothing> policy,
        TRequest command,
        CallOptions? options,
        CallClock clock,
        CancellationToken cancellationToken)
    {
        if (options?.Headers is { } headers)
        {
            UserHeaders.Validate(headers);
        }

        using var activity = MessagingTelemetry.StartCall(operation);
        var messageId = CorrelationIds.Format(CorrelationIds.Create());
        var stage = CallStage.Connecting;
        using var deadline = new CancellationTokenSource(clock.Deadline.Remaining, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(
            deadline.Token, cancellationToken, CallContext.Current?.CancellationToken ?? CancellationToken.None);
        try
        {
            while (true)
            {
                var link = await links.GetAsync(ends.Token).ConfigureAwait(false);
                stage = CallStage.Sending;
                try
                {
                    // The wait may be given up, the publish never: cancelling it midway would corrupt the channel.
                    await PublishAsync(link, operation, policy, command, options, messageId, activity)
                        .WaitAsync(ends.Token).ConfigureAwait(false);
                    return;
                }
                catch (TransportException exception) when (exception.Failure == TransportFailure.NotSent)
                {
                    stage = CallStage.Connecting;
                    await Task.Delay(TimeSpan.FromMilliseconds(20), time, ends.Token).ConfigureAwait(false);
                }
            }
        }
        catch (TransportException exception)
        {
            throw Failed(activity, TransportFailures.ToRpcException(exception, operation, messageId));
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Failed(activity, new RpcException(
                StatusCode.DeadlineExceeded,
                stage == CallStage.Connecting
                    ? DeadlineDetail.Describe(stage, clock.Timeout, operation.Service, links.LastFailure)
                    : $"The timeout of {clock.Timeout.TotalMilliseconds:0.#} ms passed at stage 'confirm': the broker has not confirmed the command. It may be blocked by an alarm, or the queue has no leader.")
            {
                Operation = operation.FullName,
                CorrelationId = messageId,
                MayHaveRun = stage >= CallStage.Sending,
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private static RpcException Failed(Activity? activity, RpcException exception)
    {
        activity?.SetStatus(ActivityStatusCode.Error, exception.Detail);
        return exception;
    }

    private async Task PublishAsync<TRequest>(
        CallLink link,
        Operation<TRequest, Nothing> operation,
        CallPolicy<TRequest, Nothing> policy,
        TRequest command,
        CallOptions? options,
        string messageId,
        Activity? activity)
    {
        var buffer = PooledBuffer.Rent(transport.MaxMessageBytes);
        try
        {
            Encode(operation, policy, command, messageId, buffer);
            await link.PublishConfirmedAsync(new OutboundMessage
            {
                Queue = WireNames.CommandsQueue(operation.Service),
                Type = operation.Name,
                ContentType = policy.ContentType,
                MessageId = messageId,
                CorrelationId = messageId,
                Persistent = true,
                Headers = RequestHeaders.Create(1, activity ?? Activity.Current, options?.Headers),
                Body = buffer.Written,
            }).ConfigureAwait(false);
        }
        finally
        {
            buffer.Return();
        }
    }

    private static void Encode<TRequest>(
        Operation<TRequest, Nothing> operation, CallPolicy<TRequest, Nothing> policy, TRequest command, string messageId, PooledBuffer buffer)
    {
        try
        {
            policy.RequestCodec.Encode(command, buffer);
        }
        catch (Exception exception)
        {
            // A codec may throw anything; the sender gets one kind of exception for it.
            throw EncodingFailures.ToRpcException(exception, operation, messageId);
        }
    }
}
