using Messaging.Calls;
using Polly.CircuitBreaker;

namespace Messaging.Policies;

/// <summary>A call with several attempts, all inside one deadline.</summary>
internal sealed class PolicyCall<TRequest, TReply>(
    Requester requester,
    Operation<TRequest, TReply> operation,
    CallPolicy<TRequest, TReply> policy,
    TRequest request,
    CallOptions? options,
    CallClock clock,
    CallContext? handler,
    TimeProvider time) : AttemptSource
{
    // Attempts end by the deadline themselves and know their stage; what is bounded here are the pauses between them.
    private static readonly TimeSpan _afterDeadline = TimeSpan.FromMilliseconds(50);

    private int _attempts;
    private RpcException? _lastFailure;

    public async Task<TReply> RunAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(clock.Deadline.Remaining + _afterDeadline, time);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            var reply = await policy.Attempts!.ExecuteAsync(this, ends.Token).ConfigureAwait(false);
            return ((AttemptReply<TReply>)reply).Value;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw DeadlinePassed();
        }
        catch (BrokenCircuitException exception)
        {
            throw new RpcException(
                StatusCode.Unavailable,
                $"The circuit breaker of {operation.FullName} is open: too many of its calls failed. It lets one try in {exception.RetryAfter?.TotalSeconds ?? 0:0.#} s.",
                exception)
            {
                Operation = operation.FullName,
                Reason = FailureReason.ShedByPolicy,
            };
        }
        finally
        {
            options?.Response?.SetNoHeaders();
        }
    }

    public override async Task<AttemptReply> AttemptAsync(CancellationToken cancellationToken)
    {
        var attempt = Interlocked.Increment(ref _attempts);
        try
        {
            var reply = await requester.Attempt(operation, policy, request, options, clock, handler, attempt, cancellationToken).ConfigureAwait(false);
            return new AttemptReply<TReply>(reply);
        }
        catch (RpcException exception)
        {
            _lastFailure = exception;
            throw;
        }
    }

    private RpcException DeadlinePassed()
    {
        var last = _lastFailure;
        return new RpcException(
            StatusCode.DeadlineExceeded,
            last is null
                ? DeadlineDetail.Describe(CallStage.AwaitingReply, clock.Text, operation.Service, lastFailure: null)
                : $"{clock.Text} passed after {_attempts} attempts; the last one failed with {last.Status}: {last.Detail}",
            last)
        {
            Operation = operation.FullName,
            CorrelationId = last?.CorrelationId,
            MayHaveRun = last?.MayHaveRun ?? true,
        };
    }
}
