using Messaging.Batching;
using Messaging.Handling;
using Messaging.Pipeline;
using Messaging.Serialization;
using Messaging.Streaming;

namespace Messaging.Streams;

/// <summary>Serves one operation that answers a request with a stream.</summary>
internal sealed class ReplyStreamHandler<TService, TRequest, TItem>(
    Operation<TRequest, TItem> operation, Func<TService, TRequest, CancellationToken, IAsyncEnumerable<TItem>> handler, HandlerSetup<TService> setup)
    : StreamHandler<TService, TRequest, TItem>(operation, handler, setup)
    where TService : class
{
    private readonly CodecTable<TRequest, TItem> _codecs = new(operation, setup.Serializers, setup.MaxMessageBytes, StreamNames.Item);

    public override WorkerStream? Prepare(WorkerCall call, TimeProvider time) =>
        _codecs.Find(call) is { } codecs && codecs.TryDecode(call, out var request)
            ? new Stream(this, request, codecs.Reply, codecs.ReplyNames, call, time)
            : null;

    private sealed class Stream(
        ReplyStreamHandler<TService, TRequest, TItem> handler, TRequest request, PayloadCodec<TItem> codec, FrameNames names, WorkerCall call, TimeProvider time)
        : WorkerStream<TService, TRequest, TItem>(handler, codec, names, call, time)
    {
        protected override TRequest Request => request;
    }
}
