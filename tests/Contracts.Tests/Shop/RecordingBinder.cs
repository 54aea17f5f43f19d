namespace Messaging.Tests.Shop;

/// <summary>Notes what a dispatcher binds, and by which door.</summary>
internal sealed class RecordingBinder<TService> : IOperationBinder<TService>
    where TService : class
{
    public List<(string Door, OperationDescriptor Operation, Delegate Handler)> Bindings { get; } = [];

    public void BindCall<TRequest, TReply>(
        Operation<TRequest, TReply> operation, Func<TService, TRequest, CancellationToken, Task<TReply>> handler) =>
        Bindings.Add(("call", operation, handler));

    public void BindAction<TRequest>(
        Operation<TRequest, Nothing> operation, Func<TService, TRequest, CancellationToken, Task> handler) =>
        Bindings.Add(("action", operation, handler));

    public void BindStream<TRequest, TItem>(
        Operation<TRequest, TItem> operation, Func<TService, TRequest, CancellationToken, IAsyncEnumerable<TItem>> handler) =>
        Bindings.Add(("stream", operation, handler));

    public void BindUpload<TItem, TReply>(
        Operation<TItem, TReply> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, Task<TReply>> handler) =>
        Bindings.Add(("upload", operation, handler));

    public void BindUploadAction<TItem>(
        Operation<TItem, Nothing> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, Task> handler) =>
        Bindings.Add(("upload action", operation, handler));

    public void BindExchange<TItem, TReply>(
        Operation<TItem, TReply> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, IAsyncEnumerable<TReply>> handler) =>
        Bindings.Add(("exchange", operation, handler));

    public THandler Handler<THandler>(string operation)
        where THandler : Delegate =>
        (THandler)Bindings.Single(binding => string.Equals(binding.Operation.Name, operation, StringComparison.Ordinal)).Handler;
}
