using Messaging.Batching;
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
    private readonly Codecs[] _codecs;
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
        _codecs = new Codecs[setup.Serializers.All.Count];
        for (var i = 0; i < _codecs.Length; i++)
        {
            var serializer = setup.Serializers.All[i];
            _codecs[i] = new Codecs(serializer.ContentType, ReplyNames.Success(serializer.ContentType), serializer.GetCodec<TRequest>(), serializer.GetCodec<TReply>());
        }
    }

    public override async ValueTask InvokeAsync(WorkerCall call, CallContext context, IServiceProvider services)
    {
        if (FindCodecs(call) is not { } codecs || !TryDecode(call, codecs, out var request))
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
        }
    }

    private Codecs? FindCodecs(WorkerCall call)
    {
        // A plain client may leave the content type out: the default serializer's is meant.
        if (call.ContentType is not { Length: > 0 } contentType)
        {
            return _codecs[0];
        }

        foreach (var codecs in _codecs)
        {
            if (PayloadSerializers.Matches(codecs.ContentType, contentType))
            {
                return codecs;
            }
        }

        call.Refuse(
            StatusCode.InvalidArgument,
            $"The content type '{contentType}' is not served here; send '{_codecs[0].ContentType}'.",
            FailureReason.Undecodable);
        return null;
    }

    private static bool TryDecode(WorkerCall call, Codecs codecs, out TRequest request)
    {
        try
        {
            request = codecs.Request.Decode(call.Body.Span);
            if (request is not null)
            {
                return true;
            }

            call.Refuse(StatusCode.InvalidArgument, "The request is null.", FailureReason.Undecodable);
        }
        catch (Exception exception)
        {
            // The bytes are a stranger's, and a codec may throw anything on them: that is the caller's mistake.
            request = default!;
            call.Refuse(
                StatusCode.InvalidArgument,
                $"The request of {call.Body.Length:N0} bytes can't be decoded as {typeof(TRequest).Name}: {exception.Message}",
                FailureReason.Undecodable);
        }

        return false;
    }

    private async Task<TReply> RunMiddlewareAsync(WorkerCallContext<TService, TRequest, TReply> context)
    {
        WorkerDelegate next = InvokeServiceAsync;
        for (var i = _middleware.Count - 1; i >= 0; i--)
        {
            var middleware = _middleware[i](context.Services);
            var inner = next;
            next = outer => middleware.InvokeAsync(outer, inner);
        }

        await next(context).ConfigureAwait(false);
        return context.TypedReply!;
    }

    private async ValueTask InvokeServiceAsync(WorkerCallContext context)
    {
        var typed = (WorkerCallContext<TService, TRequest, TReply>)context;
        typed.TypedReply = await _handler(typed.Service, typed.TypedRequest, typed.Call.CancellationToken).ConfigureAwait(false);
    }

    private sealed record Codecs(string ContentType, FrameNames ReplyNames, PayloadCodec<TRequest> Request, PayloadCodec<TReply> Reply);
}
