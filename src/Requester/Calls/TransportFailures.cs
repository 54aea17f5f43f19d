using Messaging.Transport;

namespace Messaging.Calls;

/// <summary>What a transport's failure means to a caller.</summary>
internal static class TransportFailures
{
    public static RpcException ToRpcException(TransportException exception, OperationDescriptor operation, string? correlationId, bool mayHaveRunBefore = false)
    {
        var (status, reason, mayHaveRun) = exception.Failure switch
        {
            TransportFailure.NotSent => (StatusCode.Unavailable, FailureReason.NotConnected, false),
            TransportFailure.Unroutable => (StatusCode.Unavailable, FailureReason.NoRoute, false),
            TransportFailure.Refused => (StatusCode.ResourceExhausted, FailureReason.Overloaded, false),
            TransportFailure.TooLarge => (StatusCode.ResourceExhausted, FailureReason.TooLarge, false),
            TransportFailure.Denied => (StatusCode.PermissionDenied, FailureReason.Denied, false),
            TransportFailure.Misconfigured => (StatusCode.FailedPrecondition, FailureReason.None, false),
            _ => (StatusCode.Unavailable, FailureReason.ConnectionLost, true),
        };
        return new RpcException(status, exception.Message, exception)
        {
            Reason = reason,
            Operation = operation.FullName,
            CorrelationId = correlationId,
            MayHaveRun = mayHaveRun || mayHaveRunBefore,
        };
    }
}
