using Messaging.Batching;
using Messaging.Compression;
using Messaging.Handling;
using Messaging.Pipeline;
using Messaging.Serialization;
using Messaging.Streaming;

namespace Messaging.Streams;

/// <summary>Serves one operation that streams.</summary>
internal abstract class StreamHandler(OperationDescriptor operation) : OperationHandler(operation, retries: null)
{
    /// <summary>Makes a stream of a request. Null, and the call refused, for one that can't be read.</summary>
    public abstract WorkerStream? Prepare(WorkerCall call, TimeProvider time);

    public override ValueTask InvokeAsync(WorkerCall call, CallContext context, IServiceProvider services) =>
        throw new InvalidOperationException($"{Operation.FullName} is a stream, which {nameof(OpenStream)} has to take.");
}

/// <summary>Serves an operation whose handler makes items.</summary>
/// <typeparam name="TService">The contract.</typeparam>
/// <typeparam name="TRequest">What the handler is given: the request, or the requester's items.</typeparam>
/// <typeparam name="TItem">The items' type.</typeparam>
internal abstract class StreamHandler<TService, TRequest, TItem>(
    OperationDescriptor operation, Func<TService, TRequest, CancellationToken, IAsyncEnumerable<TItem>> handler, HandlerSetup<TService> setup)
    : StreamHandler(operation)
    where TService : class
{
    public Func<TService, TRequest, CancellationToken, IAsyncEnumerable<TItem>> Handler => handler;

    public HandlerSetup<TService> Setup => setup;
}

/// <summary>A stream with its types.</summary>
internal abstract class WorkerStream<TService, TRequest, TItem> : WorkerStream
    where TService : class
{
    private readonly StreamHandler<TService, TRequest, TItem> _handler;
    private readonly PayloadCodec<TItem> _codec;
    private readonly FrameNames _names;

    protected WorkerStream(StreamHandler<TService, TRequest, TItem> handler, PayloadCodec<TItem> codec, FrameNames names, WorkerCall call, TimeProvider time)
        : base(call, time)
    {
        _handler = handler;
        _codec = codec;
        _names = names;
        Flow.Credit.Grant(StreamHeaders.ReadWindow(call.Headers));
    }

    /// <summary>What the handler is given.</summary>
    protected abstract TRequest Request { get; }

    public override Task ServeAsync(CallContext context, IServiceProvider services)
    {
        var service = _handler.Setup.Resolve(services);
        return _handler.Setup.Options.Middleware.Count == 0
            ? SendAsync(service, Request, context)
            : WorkerMiddlewares.RunAsync(
                _handler.Setup.Options.Middleware, new WorkerCallContext<TService, TRequest, Nothing>(context, services, service, Request), InvokeServiceAsync);
    }

    private async ValueTask InvokeServiceAsync(WorkerCallContext context)
    {
        var typed = (WorkerCallContext<TService, TRequest, Nothing>)context;
        await SendAsync(typed.Service, typed.TypedRequest, typed.Call).ConfigureAwait(false);
    }

    private Task SendAsync(TService service, TRequest request, CallContext context) =>
        Flow.SendAllAsync(
            _handler.Handler(service, request, context.CancellationToken),
            _codec,
            _names,
            _handler.Setup.MaxMessageBytes,
            () => SendHeaders(context),
            () => CompressionPlan.OfReply(_handler.Setup.Options.Compression, context.ReplyCompression, Call.Headers),
            context.CancellationToken);
}
