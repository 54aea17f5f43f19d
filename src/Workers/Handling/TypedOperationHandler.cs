using Messaging.Buffers;
using Messaging.Pipeline;
using Messaging.Replies;
using Messaging.Serialization;

namespace Messaging.Handling;

/// <summary>Serves one operation with its types.</summary>
internal sealed class TypedOperationHandler<TService, TRequest, TReply> : OperationHandler
    where TService : class
{
    private readonly Func<TService, TRequest, CancellationToken, Task<TReply>> _handler;
    private readonly Func<IServiceProvider, TService> _resolve;
    private readonly IReadOnlyList<Func<IServiceProvider, IWorkerMiddleware>> _middleware;
    private readonly CodecTable<TRequest, TReply> _codecs;
    private readonly int _maxMessageBytes;

    public TypedOperationHandler(
        Operation<TRequest, TReply> operation,
        Func<TService, TRequest, CancellationToken, Task<TReply>> handler,
        HandlerSetup<TService> setup)
        : base(operation, setup.RetriesOf(operation))
    {
        _handler = handler;
        _resolve = setup.Resolve;
        _middleware = setup.Options.Middleware;
        _maxMessageBytes = setup.MaxMessageBytes;
        _codecs = new CodecTable<TRequest, TReply>(operation, setup.Serializers, setup.MaxMessageBytes, ReplyNames.Success);
    }

    public override async ValueTask InvokeAsync(WorkerCall call, CallContext context, IServiceProvider services)
    {
        if (_codecs.Find(call) is not { } codecs || !codecs.TryDecode(call, out var request))
        {
            return;
        }

        var service = _resolve(services);
        var reply = _middleware.Count == 0
            ? await _handler(service, request, context.CancellationToken).ConfigureAwait(false)
            : await RunMiddlewareAsync(new WorkerCallContext<TService, TRequest, TReply>(context, services, service, request)).ConfigureAwait(false);
        if (!call.IsCommand)
        {
            call.ReplyBody = PooledBuffer.Rent(_maxMessageBytes);
            call.ReplyNames = codecs.ReplyNames;
            codecs.Reply.Encode(reply, call.ReplyBody);
            call.ReplyEncoding = PayloadBodies.EncodingOf(reply);
        }
    }

    private async Task<TReply> RunMiddlewareAsync(WorkerCallContext<TService, TRequest, TReply> context)
    {
        await WorkerMiddlewares.RunAsync(_middleware, context, InvokeServiceAsync).ConfigureAwait(false);
        return context.TypedReply!;
    }

    private async ValueTask InvokeServiceAsync(WorkerCallContext context)
    {
        var typed = (WorkerCallContext<TService, TRequest, TReply>)context;
        typed.TypedReply = await _handler(typed.Service, typed.TypedRequest, typed.Call.CancellationToken).ConfigureAwait(false);
    }
}
