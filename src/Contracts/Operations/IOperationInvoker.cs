namespace Messaging;

/// <summary>The one door that generated proxies call. Gateways, tools and bridges use it too.</summary>
public interface IOperationInvoker
{
    /// <summary>Calls an operation and awaits its reply.</summary>
    /// <typeparam name="TRequest">The request's type.</typeparam>
    /// <typeparam name="TReply">The reply's type.</typeparam>
    /// <param name="operation">An operation of kind <see cref="OperationKind.Call"/>.</param>
    /// <param name="request">The request.</param>
    /// <param name="options">What this call does differently; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the call, and its handler wherever it runs.</param>
    /// <returns>The reply.</returns>
    /// <exception cref="RpcException">The call ended with a status other than OK.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<TReply> CallAsync<TRequest, TReply>(
        Operation<TRequest, TReply> operation, TRequest request, CallOptions? options, CancellationToken cancellationToken);

    /// <summary>Sends a command; complete when the broker has it safe.</summary>
    /// <typeparam name="TRequest">The command's type.</typeparam>
    /// <param name="operation">An operation of kind <see cref="OperationKind.Command"/>.</param>
    /// <param name="command">The command.</param>
    /// <param name="options">What this send does differently; null for nothing.</param>
    /// <param name="cancellationToken">Stops waiting for the confirm; a command already sent may still run.</param>
    /// <returns>A task that completes with the publisher confirm.</returns>
    /// <exception cref="RpcException">The command was not accepted; <see cref="RpcException.MayHaveRun"/> says whether it may run all the same.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task SendAsync<TRequest>(
        Operation<TRequest, Nothing> operation, TRequest command, CallOptions? options, CancellationToken cancellationToken);

    /// <summary>Calls an operation that answers with a stream.</summary>
    /// <typeparam name="TRequest">The request's type.</typeparam>
    /// <typeparam name="TItem">The items' type.</typeparam>
    /// <param name="operation">An operation of kind <see cref="OperationKind.ReplyStream"/>.</param>
    /// <param name="request">The request.</param>
    /// <param name="options">What this call does differently; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the stream, and its handler wherever it runs.</param>
    /// <returns>The items as they come.</returns>
    /// <exception cref="RpcException">The stream ended with a status other than OK.</exception>
    IAsyncEnumerable<TItem> StreamAsync<TRequest, TItem>(
        Operation<TRequest, TItem> operation, TRequest request, CallOptions? options, CancellationToken cancellationToken);

    /// <summary>Sends a stream and awaits the one reply to it.</summary>
    /// <typeparam name="TItem">The type of the items that are sent.</typeparam>
    /// <typeparam name="TReply">The reply's type.</typeparam>
    /// <param name="operation">An operation of kind <see cref="OperationKind.RequestStream"/>.</param>
    /// <param name="items">The items. They are read when a worker has taken the stream, at its pace, and not to the end where it replies earlier.</param>
    /// <param name="options">What this call does differently; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the call, and its handler wherever it runs.</param>
    /// <returns>The reply.</returns>
    /// <exception cref="RpcException">The call ended with a status other than OK. What <paramref name="items"/> throws comes as it is.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    Task<TReply> UploadAsync<TItem, TReply>(
        Operation<TItem, TReply> operation, IAsyncEnumerable<TItem> items, CallOptions? options, CancellationToken cancellationToken);

    /// <summary>Sends a stream and reads another, each at its own pace.</summary>
    /// <typeparam name="TItem">The type of the items that are sent.</typeparam>
    /// <typeparam name="TReply">The type of the items that come.</typeparam>
    /// <param name="operation">An operation of kind <see cref="OperationKind.DuplexStream"/>.</param>
    /// <param name="items">The items. They are read when a worker has taken the stream, at its pace, and not to the end where it ends the stream earlier.</param>
    /// <param name="options">What this call does differently; null for nothing.</param>
    /// <param name="cancellationToken">Cancels the stream, and its handler wherever it runs.</param>
    /// <returns>The items as they come.</returns>
    /// <exception cref="RpcException">The stream ended with a status other than OK. What <paramref name="items"/> throws comes as it is.</exception>
    IAsyncEnumerable<TReply> ExchangeAsync<TItem, TReply>(
        Operation<TItem, TReply> operation, IAsyncEnumerable<TItem> items, CallOptions? options, CancellationToken cancellationToken);
}
