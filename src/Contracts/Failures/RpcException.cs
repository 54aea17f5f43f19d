namespace Messaging;

/// <summary>
/// A call that did not end well, for any reason but the caller's own cancellation (which is an
/// <see cref="OperationCanceledException"/>) and declared faults (which arrive as their own type).
/// A handler may throw it to choose the status that its caller sees.
/// </summary>
public class RpcException : Exception
{
    /// <summary>A failure with a status and a detail, as a handler throws it.</summary>
    /// <param name="status">The status; not <see cref="StatusCode.OK"/>.</param>
    /// <param name="detail">What happened, for the caller to read.</param>
    /// <param name="innerException">What caused it; it does not travel.</param>
    /// <exception cref="ArgumentException"><paramref name="status"/> is <see cref="StatusCode.OK"/>.</exception>
    public RpcException(StatusCode status, string detail, Exception? innerException = null)
        : base(message: null, innerException)
    {
        if (status == StatusCode.OK)
        {
            throw new ArgumentException("OK is not a failure: choose the status that says what went wrong.", nameof(status));
        }

        Status = status;
        Detail = detail;
    }

    /// <summary>The outcome, one of gRPC's status codes.</summary>
    public StatusCode Status { get; }

    /// <summary>What happened: the stage, the value and what to do next.</summary>
    public string Detail { get; }

    /// <summary>What lies behind the status, where the system itself ended the call.</summary>
    public FailureReason Reason { get; init; }

    /// <summary>The operation as <c>service/method</c>; null until the exception reaches a caller.</summary>
    public string? Operation { get; init; }

    /// <summary>The call's correlation id, to find it in logs and traces; null when the call had none yet.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>
    /// Whether the handler may have run, or may still be running. False only where that is certain; retrying an
    /// operation that is not idempotent is then safe.
    /// </summary>
    public bool MayHaveRun { get; init; }

    /// <summary>
    /// After how long it may be worth calling again, where that is known of an overloaded service; otherwise null.
    /// </summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The worker's stack trace, where its options send it (off by default); otherwise null.</summary>
    public string? RemoteStackTrace { get; init; }

    /// <summary>
    /// The wire name of a declared fault that the worker answered with and this caller's contract does not know;
    /// otherwise null. One that it knows arrives as its own exception.
    /// </summary>
    public string? FaultName { get; init; }

    /// <summary>The fields of that fault as JSON; empty for none.</summary>
    internal ReadOnlyMemory<byte> FaultFields { get; init; }

    /// <inheritdoc/>
    public override string Message
    {
        get
        {
            var ran = MayHaveRun ? " It may have run." : string.Empty;
            var id = CorrelationId is null ? string.Empty : $" (correlation id {CorrelationId})";
            return Operation is null ? $"{Status}: {Detail}{ran}{id}" : $"{Operation}: {Status}: {Detail}{ran}{id}";
        }
    }
}
