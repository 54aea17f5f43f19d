using MassTransit;
using Messaging.Calls;
using Messaging.MassTransit.Faults;
using Polly.CircuitBreaker;

namespace Messaging.MassTransit.Requesters;

/// <summary>What can end a call or a command beside its outcome: its deadline, its caller, the handler around it. Says what it was.</summary>
internal sealed class CallEnds : IDisposable
{
    private readonly OperationDescriptor _operation;
    private readonly CallClock _clock;
    private readonly CancellationToken _caller;
    private readonly CancellationToken _handler;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _all;
    private Fault? _fault;

    public CallEnds(OperationDescriptor operation, CallClock clock, TimeProvider time, CancellationToken caller, CancellationToken handler)
    {
        _operation = operation;
        _clock = clock;
        _caller = caller;
        _handler = handler;
        _deadline = new CancellationTokenSource(clock.Deadline.Remaining, time);
        _all = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, caller, handler);
    }

    public CancellationToken Token => _all.Token;

    /// <summary>The id of the message that was sent last; null before any was.</summary>
    public Guid? RequestId { get; set; }

    public void Dispose()
    {
        _all.Dispose();
        _deadline.Dispose();
    }

    /// <summary>Gives the headers and trailers of the handler that failed last to who asked for them.</summary>
    public void TellMetadata(ResponseMetadata? response)
    {
        if (response is not null && _fault is { } fault)
        {
            RemoteFaults.ReadMetadata(fault, response);
        }
    }

    /// <summary>The one outcome of what failed.</summary>
    public Exception Translate(Exception exception)
    {
        if (_caller.IsCancellationRequested && exception is not RpcException)
        {
            return new OperationCanceledException(_caller);
        }

        if (_handler.IsCancellationRequested && exception is not RpcException)
        {
            return new OperationCanceledException("The handler that made the call was cancelled, or its deadline has passed.", exception, _handler);
        }

        return exception switch
        {
            RpcException => exception,
            RequestFaultException fault => RemoteFaults.Translate(_fault = fault.Fault, fault, _operation, Id ?? string.Empty),
            _ when IsDeclared(exception) => exception,
            _ when FindIn<MessageReturnedException>(exception) is { } returned => Failed(
                StatusCode.Unavailable,
                FailureReason.NoRoute,
                $"No queue took the message: nobody consumes {_operation.RequestType} there. Start its worker or consumer, or check the address.",
                returned,
                mayHaveRun: false),
            BrokenCircuitException broken => Failed(
                StatusCode.Unavailable,
                FailureReason.ShedByPolicy,
                $"The circuit breaker of {_operation.FullName} is open: too many of its calls failed. It lets one try in {broken.RetryAfter?.TotalSeconds ?? 0:0.#} s.",
                broken,
                mayHaveRun: false),
            _ when _deadline.IsCancellationRequested || exception is RequestTimeoutException => Failed(
                StatusCode.DeadlineExceeded, FailureReason.None, DescribeDeadline(), exception, mayHaveRun: RequestId is not null),
            _ => Failed(
                StatusCode.Unavailable,
                FailureReason.ConnectionLost,
                $"MassTransit could not carry the message: {exception.GetBaseException().Message}",
                exception,
                mayHaveRun: true),
        };
    }

    private string? Id => RequestId?.ToString("N");

    private string DescribeDeadline()
    {
        return RequestId is null
            ? $"{_clock.Text} passed at stage 'connect': MassTransit has no connection to its transport yet. Check that the bus runs."
            : _operation.Kind == OperationKind.Command
                ? $"{_clock.Text} passed at stage 'confirm': MassTransit's transport has not confirmed the command."
                : $"{_clock.Text} passed at stage 'reply': sent over MassTransit, no reply. The consumer is slow, busy or gone.";
    }

    private bool IsDeclared(Exception exception) => FaultData.Find(exception, _operation) is not null;

    private RpcException Failed(StatusCode status, FailureReason reason, string detail, Exception cause, bool mayHaveRun) =>
        new(status, detail, cause)
        {
            Reason = reason,
            Operation = _operation.FullName,
            CorrelationId = Id,
            MayHaveRun = mayHaveRun,
        };

    private static T? FindIn<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }
}
