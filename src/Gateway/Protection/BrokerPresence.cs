using Messaging.Transport;
using Microsoft.Extensions.Options;

namespace Messaging.Protection;

/// <summary>Knows whether the broker can be reached and takes what is published.</summary>
internal sealed class BrokerPresence(Requester requester, ITransport transport, IOptions<GatewayOptions> options, TimeProvider time)
{
    // About as long as the requester waits between its attempts to connect.
    private static readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private long? _blockedAt;

    /// <summary>Why a request would only wait; null while the broker is there, or has not been away for long.</summary>
    public GatewayRefusal? FindRefusal()
    {
        var grace = options.Value.Limits.BrokerGrace;
        if (requester.Links.Away is { } away)
        {
            return away < grace ? null : Refuse(Describe(requester.LastFailure), FailureReason.NotConnected);
        }

        return IsBlockedFor(grace)
            ? Refuse("The broker takes nothing at present, for want of memory or disk; try again later.", FailureReason.Overloaded)
            : null;
    }

    /// <summary>Refuses at once what would only wait: there is no connection to the broker, and the last attempt to connect failed.</summary>
    /// <exception cref="RpcException"><see cref="StatusCode.Unavailable"/>: the broker is away.</exception>
    public void Require()
    {
        if (requester.Links.Current is null && requester.LastFailure is { } failure)
        {
            throw new RpcException(StatusCode.Unavailable, Describe(failure), failure)
            {
                Reason = FailureReason.NotConnected,
            };
        }
    }

    // Whether an attempt has failed or hangs.
    private static string Describe(Exception? failure) =>
        failure is null ? "The broker is away; try again later." : $"The broker is away; try again later. The last attempt to connect failed: {failure.Message}";

    private static GatewayRefusal Refuse(string detail, FailureReason reason) => new(StatusCode.Unavailable, detail, _retryAfter) { Reason = reason };

    private bool IsBlockedFor(TimeSpan grace)
    {
        if (!transport.IsBlocked)
        {
            if (_blockedAt is not null)
            {
                lock (_lock)
                {
                    _blockedAt = null;
                }
            }

            return false;
        }

        // Counted from the first request that finds it so.
        lock (_lock)
        {
            return time.GetElapsedTime(_blockedAt ??= time.GetTimestamp()) >= grace;
        }
    }
}
