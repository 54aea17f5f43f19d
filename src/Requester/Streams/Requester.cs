using Messaging.Streams;

namespace Messaging;

/// <content>The doors of streams. From there their path is a call's, with <see cref="PendingStream{TRequest,TItem}"/> as the call.</content>
internal sealed partial class Requester
{
    public IAsyncEnumerable<TItem> StreamAsync<TRequest, TItem>(
        Operation<TRequest, TItem> operation, TRequest request, CallOptions? options, CancellationToken cancellationToken) =>
        new ReplyStream<TRequest, TItem>(this, _policies.Get(operation), request, options, cancellationToken);

    public Task<TReply> UploadAsync<TItem, TReply>(
        Operation<TItem, TReply> operation, IAsyncEnumerable<TItem> items, CallOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        return new DuplexStream<TItem, TReply>(this, _policies.Get(operation), items, options, cancellationToken).ReadReplyAsync();
    }

    public IAsyncEnumerable<TReply> ExchangeAsync<TItem, TReply>(
        Operation<TItem, TReply> operation, IAsyncEnumerable<TItem> items, CallOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        return new DuplexStream<TItem, TReply>(this, _policies.Get(operation), items, options, cancellationToken);
    }
}
