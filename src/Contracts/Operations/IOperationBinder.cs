namespace Messaging;

/// <summary>The other door: generated dispatchers bind each operation to the method that serves it, once, at start.</summary>
/// <typeparam name="TService">The contract.</typeparam>
public interface IOperationBinder<TService>
    where TService : class
{
    /// <summary>Binds a call.</summary>
    /// <typeparam name="TRequest">The request's type.</typeparam>
    /// <typeparam name="TReply">The reply's type.</typeparam>
    /// <param name="operation">The operation.</param>
    /// <param name="handler">Calls the method on the service.</param>
    void BindCall<TRequest, TReply>(
        Operation<TRequest, TReply> operation, Func<TService, TRequest, CancellationToken, Task<TReply>> handler);

    /// <summary>Binds a call without a reply value, or a command.</summary>
    /// <typeparam name="TRequest">The request's type.</typeparam>
    /// <param name="operation">The operation.</param>
    /// <param name="handler">Calls the method on the service.</param>
    void BindAction<TRequest>(
        Operation<TRequest, Nothing> operation, Func<TService, TRequest, CancellationToken, Task> handler);

    /// <summary>Binds a reply stream.</summary>
    /// <typeparam name="TRequest">The request's type.</typeparam>
    /// <typeparam name="TItem">The items' type.</typeparam>
    /// <param name="operation">The operation.</param>
    /// <param name="handler">Calls the method on the service.</param>
    void BindStream<TRequest, TItem>(
        Operation<TRequest, TItem> operation, Func<TService, TRequest, CancellationToken, IAsyncEnumerable<TItem>> handler);

    /// <summary>Binds a stream of requests with one reply.</summary>
    /// <typeparam name="TItem">The type of the items that come.</typeparam>
    /// <typeparam name="TReply">The reply's type.</typeparam>
    /// <param name="operation">The operation.</param>
    /// <param name="handler">Calls the method on the service.</param>
    void BindUpload<TItem, TReply>(
        Operation<TItem, TReply> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, Task<TReply>> handler);

    /// <summary>Binds a stream of requests without a reply value.</summary>
    /// <typeparam name="TItem">The type of the items that come.</typeparam>
    /// <param name="operation">The operation.</param>
    /// <param name="handler">Calls the method on the service.</param>
    void BindUploadAction<TItem>(
        Operation<TItem, Nothing> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, Task> handler);

    /// <summary>Binds a stream of requests and a stream of replies.</summary>
    /// <typeparam name="TItem">The type of the items that come.</typeparam>
    /// <typeparam name="TReply">The type of the items that go.</typeparam>
    /// <param name="operation">The operation.</param>
    /// <param name="handler">Calls the method on the service.</param>
    void BindExchange<TItem, TReply>(
        Operation<TItem, TReply> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, IAsyncEnumerable<TReply>> handler);
}
