using Messaging.Forwarding;
using Messaging.Serialization;

namespace Messaging.Grpc;

/// <summary>Forwards calls to the services' queues, in the shape that their workers say they have.</summary>
internal sealed class GrpcForwarder(ServiceDirectory directory, IOperationInvoker invoker)
{
    /// <exception cref="RpcException">The call failed.</exception>
    /// <exception cref="OperationCanceledException">The client has left, or its deadline has passed.</exception>
    public async Task ForwardAsync(GrpcCall call)
    {
        var known = await directory.FindAsync(call.Service, call.Method, call.Type.MessageType, call.Ends).ConfigureAwait(false);
        if (call.Type.Protocol != GrpcProtocol.Http2 && known.Kind is OperationKind.RequestStream or OperationKind.DuplexStream)
        {
            throw new RpcException(StatusCode.Unimplemented, $"The method '{call.Method}' takes a stream, which gRPC-Web can't send: call it by gRPC.");
        }

        if (known.Kind is OperationKind.ReplyStream or OperationKind.RequestStream or OperationKind.DuplexStream)
        {
            call.Admitted.BecomeStream();
        }

        try
        {
            await ForwardAsync(call, known).ConfigureAwait(false);
        }
        catch (RpcException exception) when (exception.Status == StatusCode.DeadlineExceeded && call.Head.Timeout is null)
        {
            // The client set no deadline: if the broker went away meanwhile, that is what it has to know.
            directory.RequireBroker();
            throw;
        }
    }

    private async Task ForwardAsync(GrpcCall call, ForwardedOperation known)
    {
        switch (known.Kind)
        {
            case OperationKind.Call:
                var request = await call.ReadSingleAsync().ConfigureAwait(false);
                call.Write(await invoker.CallAsync(known.Operation, request, call.CreateOptions(), call.Aborted).ConfigureAwait(false));
                break;

            case OperationKind.Command:
                var command = await call.ReadSingleAsync().ConfigureAwait(false);
                await invoker.SendAsync(known.Command, command, call.CreateOptions(), call.Aborted).ConfigureAwait(false);
                call.Write(default);
                break;

            case OperationKind.ReplyStream:
                var asked = await call.ReadSingleAsync().ConfigureAwait(false);
                await WriteAllAsync(call, token => invoker.StreamAsync(known.Operation, asked, call.CreateOptions(), token)).ConfigureAwait(false);
                break;

            case OperationKind.RequestStream:
                try
                {
                    call.Write(await invoker.UploadAsync(known.Operation, call.ReadAllAsync(call.Aborted), call.CreateOptions(), call.Aborted).ConfigureAwait(false));
                }
                finally
                {
                    await call.StopReadingAsync().ConfigureAwait(false);
                }

                break;

            case OperationKind.DuplexStream:
                try
                {
                    await WriteAllAsync(call, token => invoker.ExchangeAsync(known.Operation, call.ReadAllAsync(token), call.CreateOptions(), token)).ConfigureAwait(false);
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

    private static async Task WriteAllAsync(GrpcCall call, Func<CancellationToken, IAsyncEnumerable<RawPayload>> open)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted);
        var items = open(leaving.Token).GetAsyncEnumerator(leaving.Token);
        await using var disposal = items.ConfigureAwait(false);
        var next = items.MoveNextAsync().AsTask();

        // Headers that come before the first item go out before it.
        if (!next.IsCompleted
            && await Task.WhenAny(next, call.Response.Headers).ConfigureAwait(false) != next
            && (await call.Response.Headers.ConfigureAwait(false)).Count > 0)
        {
            await SendBesideAsync(call.SendHeadersAsync(), next, leaving).ConfigureAwait(false);
        }

        while (await next.ConfigureAwait(false))
        {
            call.Write(items.Current);
            next = items.MoveNextAsync().AsTask();

            // Items that are there go out together; one that comes alone leaves at once.
            if (!next.IsCompleted || call.IsFull)
            {
                await SendBesideAsync(call.FlushAsync(), next, leaving).ConfigureAwait(false);
            }
        }
    }

    // Nobody may leave the items while one is asked for.
    private static async Task SendBesideAsync(Task sending, Task next, CancellationTokenSource leaving)
    {
        try
        {
            await sending.ConfigureAwait(false);
        }
        catch
        {
            await leaving.CancelAsync().ConfigureAwait(false);
            await next.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }
}
