namespace Messaging.Transport;

/// <summary>Says to who looks at the broker, rather than calls, what the transport could not do.</summary>
internal static class LookFailures
{
    public static RpcException ToRpcException(this TransportException exception) => new(
        exception.Failure switch
        {
            TransportFailure.Denied => StatusCode.PermissionDenied,
            TransportFailure.Refused or TransportFailure.TooLarge => StatusCode.ResourceExhausted,
            TransportFailure.Misconfigured => StatusCode.FailedPrecondition,
            _ => StatusCode.Unavailable,
        },
        exception.Message,
        exception);
}
