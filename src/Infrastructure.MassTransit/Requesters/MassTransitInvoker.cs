using System.Collections.Frozen;

namespace Messaging.MassTransit.Requesters;

/// <summary>The door of a contract whose operations travel over a MassTransit bus.</summary>
internal sealed class MassTransitInvoker(FrozenDictionary<OperationDescriptor, OperationSender> senders) : IOperationInvoker
{
    public Task<TReply> CallAsync<TRequest, TReply>(
        Operation<TRequest, TReply> operation, TRequest request, CallOptions? options, CancellationToken cancellationToken) =>
        senders.TryGetValue(operation, out var sender)
            ? ((CallSender<TRequest, TReply>)sender).CallAsync(request, options, cancellationToken)
            : Task.FromException<TReply>(LeftOut(operation));

    public Task SendAsync<TRequest>(
        Operation<TRequest, Nothing> operation, TRequest command, CallOptions? options, CancellationToken cancellationToken) =>
        senders.TryGetValue(operation, out var sender)
            ? ((CommandSender<TRequest>)sender).SendAsync(command, options, cancellationToken)
            : Task.FromException(LeftOut(operation));

    public IAsyncEnumerable<TItem> StreamAsync<TRequest, TItem>(
        Operation<TRequest, TItem> operation, TRequest request, CallOptions? options, CancellationToken cancellationToken) =>
        throw LeftOut(operation);

    public Task<TReply> UploadAsync<TItem, TReply>(
        Operation<TItem, TReply> operation, IAsyncEnumerable<TItem> items, CallOptions? options, CancellationToken cancellationToken) =>
        Task.FromException<TReply>(LeftOut(operation));

    public IAsyncEnumerable<TReply> ExchangeAsync<TItem, TReply>(
        Operation<TItem, TReply> operation, IAsyncEnumerable<TItem> items, CallOptions? options, CancellationToken cancellationToken) =>
        throw LeftOut(operation);

    private static RpcException LeftOut(OperationDescriptor operation) =>
        new(StatusCode.Unimplemented, "The operation is left out (LeaveOut) of what this process calls over MassTransit. Call it by a contract on Messaging's own transport.")
        {
            Operation = operation.FullName,
        };
}
