using Messaging.Buffers;
using Messaging.Observers;

namespace Messaging.Calls;

/// <summary>What a codec's failure to write means to a caller.</summary>
internal static class EncodingFailures
{
    public static RpcException ToRpcException(Exception exception, OperationDescriptor operation, string correlationId)
    {
        var tooLarge = exception is PayloadTooLargeException;
        return new RpcException(
            tooLarge ? StatusCode.ResourceExhausted : StatusCode.InvalidArgument,
            tooLarge ? exception.Message : $"The request can't be encoded: {ExceptionText.MessageOf(exception)}",
            exception)
        {
            Reason = tooLarge ? FailureReason.TooLarge : FailureReason.Undecodable,
            Operation = operation.FullName,
            CorrelationId = correlationId,
        };
    }
}
