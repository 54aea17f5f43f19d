using System.Runtime.CompilerServices;
using Messaging.Serialization;

namespace Messaging.Forwarding;

/// <summary>Serves every call by calling the server.</summary>
internal sealed class UpstreamService(UpstreamServer server, int maxMessageBytes)
{
    public Task<RawPayload> CallAsync(OperationDescriptor operation, RawPayload request, CancellationToken cancellationToken) =>
        UploadAsync(operation, One(request), cancellationToken);

    public IAsyncEnumerable<RawPayload> StreamAsync(OperationDescriptor operation, RawPayload request, CancellationToken cancellationToken) =>
        ExchangeAsync(operation, One(request), cancellationToken);

    public async Task<RawPayload> UploadAsync(OperationDescriptor operation, IAsyncEnumerable<RawPayload> items, CancellationToken cancellationToken)
    {
        RawPayload? reply = null;
        await foreach (var item in ExchangeAsync(operation, items, cancellationToken).ConfigureAwait(false))
        {
            reply = reply is null ? item : throw new RpcException(StatusCode.Internal, "The server sent more than the one reply.");
        }

        return reply ?? throw new RpcException(StatusCode.Internal, "The server said that the call is OK, and sent no reply.");
    }

    public async IAsyncEnumerable<RawPayload> ExchangeAsync(
        OperationDescriptor operation, IAsyncEnumerable<RawPayload> items, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = new UpstreamCall(server, operation, items, maxMessageBytes);
        await foreach (var reply in call.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return reply;
        }
    }

    private static async IAsyncEnumerable<RawPayload> One(RawPayload item)
    {
        yield return item;
        await Task.CompletedTask.ConfigureAwait(false);
    }
}
