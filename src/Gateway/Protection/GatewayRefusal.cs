namespace Messaging.Protection;

/// <summary>Why a request is not let in. Each door says it in its own protocol.</summary>
/// <param name="Status">The status.</param>
/// <param name="Detail">Which limit is reached, and what to do.</param>
/// <param name="RetryAfter">When it may be worth trying again.</param>
internal sealed record GatewayRefusal(StatusCode Status, string Detail, TimeSpan RetryAfter)
{
    /// <summary>What lies behind the status.</summary>
    public FailureReason Reason { get; init; } = FailureReason.Overloaded;

    public RefusedByLimitException ToException() => new(this);
}

/// <summary>A request that was not let in. Nothing of it was run.</summary>
internal sealed class RefusedByLimitException : RpcException
{
    public RefusedByLimitException(GatewayRefusal refusal)
        : base(refusal.Status, refusal.Detail)
    {
        RetryAfter = refusal.RetryAfter;
        Reason = refusal.Reason;
    }
}
