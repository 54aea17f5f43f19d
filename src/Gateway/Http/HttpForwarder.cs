using Messaging.Forwarding;
using Messaging.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Messaging.Http;

/// <summary>Forwards calls to the services' queues, in the shape that their workers say they have.</summary>
internal sealed class HttpForwarder(ServiceDirectory directory, IOperationInvoker invoker)
{
    /// <exception cref="RpcException">The call failed, and nothing of a response was written.</exception>
    /// <exception cref="OperationCanceledException">The client has left, or its deadline has passed.</exception>
    public async Task ForwardAsync(HttpCall call)
    {
        var known = await FindAsync(call).ConfigureAwait(false);
        try
        {
            await ForwardAsync(call, known).ConfigureAwait(false);
        }
        catch (RpcException exception) when (exception.Status == StatusCode.DeadlineExceeded && call.Head.Timeout is null && !call.Context.Response.HasStarted)
        {
            // The client set no deadline: if the broker went away meanwhile, that is what it has to know.
            directory.RequireBroker();
            throw;
        }
    }

    private async Task ForwardAsync(HttpCall call, ForwardedOperation known)
    {
        var contentType = known.Operation.ContentType!;
        switch (known.Kind)
        {
            case OperationKind.Call:
                var request = await call.ReadBodyAsync(contentType).ConfigureAwait(false);
                await RespondAsync(call, contentType, await invoker.CallAsync(known.Operation, request, call.CreateOptions(), call.Aborted).ConfigureAwait(false)).ConfigureAwait(false);
                break;

            case OperationKind.Command:
                var command = await call.ReadBodyAsync(contentType).ConfigureAwait(false);
                await invoker.SendAsync(known.Command, command, call.CreateCommandOptions(out var id), call.Aborted).ConfigureAwait(false);
                Accept(call, id);
                break;

            case OperationKind.ReplyStream:
                call.Admitted.BecomeStream();
                var asked = await call.ReadBodyAsync(contentType).ConfigureAwait(false);
                await new HttpStream(call).WriteAllAsync(token => invoker.StreamAsync(known.Operation, asked, call.CreateOptions(isStream: true), token)).ConfigureAwait(false);
                break;

            case OperationKind.RequestStream:
                call.Admitted.BecomeStream();
                try
                {
                    var reply = await invoker.UploadAsync(known.Operation, call.ReadLinesAsync(call.Aborted), call.CreateOptions(), call.Aborted).ConfigureAwait(false);
                    await RespondAsync(call, contentType, reply).ConfigureAwait(false);
                }
                finally
                {
                    await call.StopReadingAsync().ConfigureAwait(false);
                }

                break;

            case OperationKind.DuplexStream:
                call.Admitted.BecomeStream();
                try
                {
                    await new HttpStream(call).WriteAllAsync(token =>
                        invoker.ExchangeAsync(known.Operation, call.ReadLinesAsync(token), call.CreateOptions(isStream: true), token)).ConfigureAwait(false);
                }
                finally
                {
                    await call.StopReadingAsync().ConfigureAwait(false);
                }

                break;

            default:
                throw new RpcException(StatusCode.Unimplemented, $"The method '{call.Method}' is of a kind that is not known here, {known.Kind}: this gateway is older than its worker.");
        }
    }

    private async ValueTask<ForwardedOperation> FindAsync(HttpCall call)
    {
        try
        {
            return await directory.FindAsync(call.Service, call.Method, call, MediaTypes.Choose, call.Ends).ConfigureAwait(false);
        }
        catch (RpcException exception) when (exception.Status == StatusCode.Unimplemented)
        {
            // There is nothing at this path, where a worker that says it means that it can't.
            throw new HttpRefusedException(StatusCodes.Status404NotFound, StatusCode.Unimplemented, exception.Detail) { Operation = exception.Operation };
        }
    }

    private static async Task RespondAsync(HttpCall call, string contentType, RawPayload reply)
    {
        var response = call.Context.Response;
        MessageHeaders.Add(response.Headers, call.Response);
        response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptEncoding);
        if (reply.Body.IsEmpty && !MediaTypes.MayBeEmpty(contentType))
        {
            response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        response.ContentType = contentType;
        response.ContentLength = reply.Body.Length;
        if (reply.Encoding is { } encoding)
        {
            response.Headers.ContentEncoding = encoding;
        }

        await call.Admitted.WriteAsync(reply.Body, call.Aborted).ConfigureAwait(false);
    }

    private static void Accept(HttpCall call, string messageId)
    {
        var response = call.Context.Response;
        response.StatusCode = StatusCodes.Status202Accepted;
        response.ContentLength = 0;
        response.Headers[HttpRequestHead.MessageIdHeader] = messageId;
        if (call.Head.PrefersAsync)
        {
            response.Headers[PreferHeader.Applied] = PreferHeader.RespondAsyncToken;
        }
    }
}
