using Messaging.Buffers;
using Messaging.Observers;
using Messaging.Replies;
using Messaging.Running;
using Messaging.Serialization;
using Messaging.Wire;
using Microsoft.Extensions.Logging;

namespace Messaging.Pipeline;

/// <summary>Says what a handler's exception means: to the caller, and for the delivery.</summary>
internal sealed partial class FailureTranslator(WorkerOptions options, int maxMessageBytes, ILogger logger)
{
    public WorkerOutcome Translate(WorkerCall call, Exception exception, StopReason stopped)
    {
        if (stopped != StopReason.None)
        {
            // We have stopped it. Whatever it throws then, a driver's exception or a fault, it means that.
            call.ReplyBody?.Clear();
            call.ReplyEncoding = null;
            return TranslateStop(stopped);
        }

        if (exception is NotTakenException)
        {
            return WorkerOutcome.Requeued;
        }

        // What a failed encode may have left is not sent.
        call.ReplyBody?.Clear();
        call.ReplyEncoding = null;
        if (TranslateDeclaredFault(call, exception) is { } fault)
        {
            return fault;
        }

        switch (exception)
        {
            case PayloadTooLargeException:
                return Failed(StatusCode.ResourceExhausted, $"The reply is too large. {exception.Message}", exception, FailureReason.TooLarge);
            case UnfitPayloadException unfit:
                LogUnfit(logger, call.Handler!.Operation.FullName, call.CorrelationId, unfit.Message);
                return Failed(StatusCode.Internal, unfit.Message, exception);
            case RpcException { Operation: null } chosen:
                return Failed(chosen.Status, chosen.Detail, exception, chosen.Reason);
            case RpcException nested:
                LogNestedFailed(logger, call.Handler!.Operation.FullName, call.CorrelationId, ExceptionText.MessageOf(nested));
                return Failed(nested.Status, $"A nested call failed: {nested.Operation}: {nested.Detail}", exception);
            default:
                LogFailed(logger, exception, call.Handler!.Operation.FullName, call.CorrelationId);
                return Failed(
                    StatusCode.Unknown,
                    options.IncludeExceptionDetails
                        ? $"{ExceptionText.TypeOf(exception)}: {ExceptionText.MessageOf(exception)}"
                        : "The handler failed; the worker's log has the details under this correlation id.",
                    exception);
        }
    }

    /// <summary>What becomes of a call whose handler was stopped, or not begun for that reason.</summary>
    public static WorkerOutcome TranslateStop(StopReason stopped) => stopped switch
    {
        StopReason.DeadlinePassed => WorkerOutcome.Failed(new ReplyHead
        {
            Status = StatusCode.DeadlineExceeded,
            Detail = "The deadline passed at stage 'handler': it was still running.",
            MayHaveRun = true,
        }),
        StopReason.CallerCancelled => WorkerOutcome.Dropped,
        StopReason.LinkLost => WorkerOutcome.Abandoned,
        StopReason.SendFailed => WorkerOutcome.Failed(new ReplyHead
        {
            Status = StatusCode.Internal,
            Detail = "What the worker sent could not be published; its log has the details under this correlation id.",
            MayHaveRun = true,
        }),
        _ => WorkerOutcome.GivenBack,
    };

    private WorkerOutcome? TranslateDeclaredFault(WorkerCall call, Exception exception)
    {
        foreach (var fault in call.Handler!.Operation.Faults)
        {
            if (fault.ExceptionType.IsInstanceOfType(exception))
            {
                return WriteFault(call, fault, exception);
            }
        }

        return null;
    }

    private WorkerOutcome? WriteFault(WorkerCall call, FaultDescriptor fault, Exception exception)
    {
        try
        {
            call.ReplyBody ??= PooledBuffer.Rent(maxMessageBytes);
            FaultBody.Write(fault, exception, call.ReplyBody);
        }
        catch (Exception unwritable)
        {
            // A property of the user's exception threw: the failure then travels as one that is not declared.
            LogUnwritable(logger, unwritable, call.Handler!.Operation.FullName, fault.Name);
            call.ReplyBody?.Clear();
            return null;
        }

        call.ReplyNames = ReplyNames.DeclaredFault;
        return WorkerOutcome.Failed(
            new ReplyHead { Status = StatusCode.FailedPrecondition, Detail = ExceptionText.MessageOf(exception), FaultType = fault.Name, MayHaveRun = true },
            exception);
    }

    private WorkerOutcome Failed(StatusCode status, string detail, Exception exception, FailureReason reason = FailureReason.None) =>
        WorkerOutcome.Failed(
            new ReplyHead
            {
                Status = status,
                Detail = detail,
                Reason = reason,
                MayHaveRun = true,
                StackTrace = options.IncludeExceptionDetails ? ExceptionText.StackTraceOf(exception) : null,
            },
            exception);

    [LoggerMessage(209, LogLevel.Error, "The fault {Fault} of {Operation} can't be written.")]
    private static partial void LogUnwritable(ILogger logger, Exception exception, string operation, string fault);

    [LoggerMessage(210, LogLevel.Error, "Handler failed: {Operation} (correlation id {CorrelationId}).")]
    private static partial void LogFailed(ILogger logger, Exception exception, string operation, string? correlationId);

    [LoggerMessage(280, LogLevel.Error, "The reply of {Operation} can't be sent (correlation id {CorrelationId}): {Problem}")]
    private static partial void LogUnfit(ILogger logger, string operation, string? correlationId, string problem);

    [LoggerMessage(211, LogLevel.Warning, "Handler failed: {Operation} (correlation id {CorrelationId}): {Nested}")]
    private static partial void LogNestedFailed(ILogger logger, string operation, string? correlationId, string nested);
}
