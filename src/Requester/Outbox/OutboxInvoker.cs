using System.Data.Common;
using System.Diagnostics;
using Messaging.Buffers;
using Messaging.Calls;
using Messaging.Commands;
using Messaging.Policies;
using Messaging.Serialization;
using Messaging.Telemetry;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Outbox;

/// <summary>The door of a proxy in a transaction: commands are encoded and stored, everything else is refused.</summary>
internal sealed class OutboxInvoker(
    IOutboxStore store, CallPolicies policies, ITransport transport, OutboxSignal signal, DbTransaction transaction) : IOperationInvoker
{
    public async Task SendAsync<TRequest>(
        Operation<TRequest, Nothing> operation, TRequest command, CallOptions? options, CancellationToken cancellationToken)
    {
        if (options?.Delay is not null)
        {
            throw new ArgumentException("The outbox publishes a command as soon as its transaction is committed and keeps no delay. Send a delayed command on the injected service.", nameof(options));
        }

        if (options?.Headers is { } headers)
        {
            UserHeaders.Validate(headers);
        }

        var route = CommandRoute.Of(operation, command, options);
        var policy = policies.Get(operation);
        var messageId = options?.MessageId ?? CorrelationIds.Format(CorrelationIds.Create());
        var activity = MessagingTelemetry.StartCall(operation);
        var buffer = PooledBuffer.Rent(transport.MaxMessageBytes);
        string? encoding;
        try
        {
            try
            {
                encoding = PayloadBodies.Write(policy.RequestCodec, command, ref buffer, policy.Compression, transport.MaxMessageBytes);
            }
            catch (Exception exception)
            {
                // A codec may throw anything; the sender gets one kind of exception for it.
                throw EncodingFailures.ToRpcException(exception, operation, messageId);
            }

            await store.InsertAsync(
                transaction,
                new OutboxCommand
                {
                    Service = operation.Service,
                    Operation = operation.Name,
                    MessageId = messageId,
                    ContentType = policy.ContentType,
                    Headers = OutboxHeaders.Write(RequestHeaders.Create(1, activity ?? Activity.Current, options?.Headers, encoding), route, operation.Service),
                    Body = buffer.Written,
                },
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            buffer.Return();
            MessagingTelemetry.End(activity);
        }

        signal.Inserted();
    }

    public Task<TReply> CallAsync<TRequest, TReply>(
        Operation<TRequest, TReply> operation, TRequest request, CallOptions? options, CancellationToken cancellationToken) =>
        throw Refuse(operation);

    public IAsyncEnumerable<TItem> StreamAsync<TRequest, TItem>(
        Operation<TRequest, TItem> operation, TRequest request, CallOptions? options, CancellationToken cancellationToken) =>
        throw Refuse(operation);

    public Task<TReply> UploadAsync<TItem, TReply>(
        Operation<TItem, TReply> operation, IAsyncEnumerable<TItem> items, CallOptions? options, CancellationToken cancellationToken) =>
        throw Refuse(operation);

    public IAsyncEnumerable<TReply> ExchangeAsync<TItem, TReply>(
        Operation<TItem, TReply> operation, IAsyncEnumerable<TItem> items, CallOptions? options, CancellationToken cancellationToken) =>
        throw Refuse(operation);

    private static InvalidOperationException Refuse(OperationDescriptor operation) =>
        new($"'{operation.FullName}' waits for an answer, which can't come before the transaction commits: the outbox takes commands only. Call it on the injected service, outside of IOutbox.In.");
}
