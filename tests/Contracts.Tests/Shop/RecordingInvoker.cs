namespace Messaging.Tests.Shop;

/// <summary>Notes what proxies ask for and answers with what the test gives.</summary>
internal sealed class RecordingInvoker : IOperationInvoker
{
    public List<Invocation> Invocations { get; } = [];

    public object? Answer { get; set; }

    public Task<TReply> CallAsync<TRequest, TReply>(
        Operation<TRequest, TReply> operation, TRequest request, CallOptions? options, CancellationToken cancellationToken) =>
        Record(Task.FromResult(Answer is TReply reply ? reply : default!), OperationKind.Call, operation, request, options, cancellationToken);

    public Task SendAsync<TRequest>(
        Operation<TRequest, Nothing> operation, TRequest command, CallOptions? options, CancellationToken cancellationToken) =>
        Record(new TaskCompletionSource().Task, OperationKind.Command, operation, command, options, cancellationToken);

    public IAsyncEnumerable<TItem> StreamAsync<TRequest, TItem>(
        Operation<TRequest, TItem> operation, TRequest request, CallOptions? options, CancellationToken cancellationToken) =>
        Record(AsyncEnumerable.Empty<TItem>(), OperationKind.ReplyStream, operation, request, options, cancellationToken);

    public Task<TReply> UploadAsync<TItem, TReply>(
        Operation<TItem, TReply> operation, IAsyncEnumerable<TItem> items, CallOptions? options, CancellationToken cancellationToken) =>
        Record(Task.FromResult(Answer is TReply reply ? reply : default!), OperationKind.RequestStream, operation, items, options, cancellationToken);

    public IAsyncEnumerable<TReply> ExchangeAsync<TItem, TReply>(
        Operation<TItem, TReply> operation, IAsyncEnumerable<TItem> items, CallOptions? options, CancellationToken cancellationToken) =>
        Record(AsyncEnumerable.Empty<TReply>(), OperationKind.DuplexStream, operation, items, options, cancellationToken);

    private T Record<T>(
        T result, OperationKind door, OperationDescriptor operation, object? request, CallOptions? options, CancellationToken token)
        where T : class
    {
        Invocations.Add(new Invocation(door, operation, request, options, result, token));
        return result;
    }
}

/// <summary>One call of the invoker.</summary>
internal sealed record Invocation(
    OperationKind Door,
    OperationDescriptor Operation,
    object? Request,
    CallOptions? Options,
    object Result,
    CancellationToken Token);
