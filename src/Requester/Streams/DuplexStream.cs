using Messaging.Calls;
using Messaging.Policies;

namespace Messaging.Streams;

/// <summary>A stream of requests with a stream of replies, or with one.</summary>
internal sealed class DuplexStream<TItem, TReply>(
    Requester requester, CallPolicy<TItem, TReply> policy, IAsyncEnumerable<TItem> items, CallOptions? options, CancellationToken caller)
    : StreamReading<TItem, TReply>(requester, policy, options, caller)
{
    /// <summary>Awaits the one reply, and the end after it.</summary>
    /// <exception cref="RpcException">The stream ended with a status other than OK, or without a reply.</exception>
    public async Task<TReply> ReadReplyAsync()
    {
        var came = false;
        var reply = default(TReply);
        await foreach (var item in this.ConfigureAwait(false))
        {
            reply = item;
            came = true;
        }

        return came
            ? reply!
            : throw new RpcException(StatusCode.Internal, "The worker ended the stream without a reply. Do caller and worker use the same contract?")
            {
                Operation = Policy.Operation.FullName,
                Reason = FailureReason.Undecodable,
                MayHaveRun = true,
            };
    }

    protected override PendingStream<TItem, TReply> Create(in CallClock clock, CallExtras? extras) =>
        new PendingDuplexStream<TItem, TReply>(Requester, Policy, items, clock, extras);
}
