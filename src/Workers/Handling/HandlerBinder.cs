using Messaging.Streams;

namespace Messaging.Handling;

/// <summary>Makes a handler of every operation that generated code binds.</summary>
internal sealed class HandlerBinder<TService>(HandlerSetup<TService> setup) : IOperationBinder<TService>
    where TService : class
{
    public Dictionary<string, OperationHandler> Handlers { get; } = new(StringComparer.Ordinal);

    public void BindCall<TRequest, TReply>(
        Operation<TRequest, TReply> operation, Func<TService, TRequest, CancellationToken, Task<TReply>> handler) =>
        Handlers.Add(operation.Name, Guard(new TypedOperationHandler<TService, TRequest, TReply>(operation, handler, setup)));

    public void BindAction<TRequest>(
        Operation<TRequest, Nothing> operation, Func<TService, TRequest, CancellationToken, Task> handler) =>
        BindCall(operation, async (service, request, cancellationToken) =>
        {
            await handler(service, request, cancellationToken).ConfigureAwait(false);
            return Nothing.Value;
        });

    public void BindStream<TRequest, TItem>(
        Operation<TRequest, TItem> operation, Func<TService, TRequest, CancellationToken, IAsyncEnumerable<TItem>> handler) =>
        Handlers.Add(operation.Name, new ReplyStreamHandler<TService, TRequest, TItem>(operation, handler, setup));

    public void BindUpload<TItem, TReply>(
        Operation<TItem, TReply> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, Task<TReply>> handler) =>
        BindExchange(operation, (service, items, cancellationToken) => ReplyOnceAsync(handler(service, items, cancellationToken)));

    public void BindUploadAction<TItem>(
        Operation<TItem, Nothing> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, Task> handler) =>
        BindUpload(operation, async (service, items, cancellationToken) =>
        {
            await handler(service, items, cancellationToken).ConfigureAwait(false);
            return Nothing.Value;
        });

    public void BindExchange<TItem, TReply>(
        Operation<TItem, TReply> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, IAsyncEnumerable<TReply>> handler) =>
        Handlers.Add(operation.Name, new DuplexStreamHandler<TService, TItem, TReply>(operation, handler, setup));

    private static async IAsyncEnumerable<TReply> ReplyOnceAsync<TReply>(Task<TReply> reply)
    {
        yield return await reply.ConfigureAwait(false);
    }

    private OperationHandler Guard(OperationHandler handler) => setup.Inbox?.Guard(handler, setup.MaxMessageBytes, setup.Options.OrderedHoldLimit) ?? handler;
}
