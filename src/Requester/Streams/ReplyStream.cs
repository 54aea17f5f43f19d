using Messaging.Calls;
using Messaging.Policies;

namespace Messaging.Streams;

/// <summary>A stream of replies that somebody may read: each reading of it is a call of its own.</summary>
internal sealed class ReplyStream<TRequest, TItem>(
    Requester requester, CallPolicy<TRequest, TItem> policy, TRequest request, CallOptions? options, CancellationToken caller)
    : StreamReading<TRequest, TItem>(requester, policy, options, caller)
{
    protected override PendingStream<TRequest, TItem> Create(in CallClock clock, CallExtras? extras) => new(Requester, Policy, request, clock, extras);
}
