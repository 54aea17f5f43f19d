using System.Diagnostics;
using MassTransit;
using Messaging.MassTransit.Faults;
using Messaging.MassTransit.Headers;
using Messaging.Telemetry;
using Messaging.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.MassTransit.Workers;

/// <summary>Runs the handler of an operation for a message of MassTransit's, as <c>RunHandler</c> does for one of Messaging's own.</summary>
internal abstract partial class ServedHandler<TService, TRequest, TReply>(
    Operation<TRequest, TReply> operation, Func<TService, TRequest, CancellationToken, Task<TReply>> handler, WorkerSetup<TService> setup)
    : ServedOperation<TRequest>(operation)
    where TService : class
    where TRequest : class
{
    // A stranger may write any number.
    private const int MaxAttempts = 1_000_000;

    protected WorkerSetup<TService> Setup => setup;

    /// <summary>Runs the handler once.</summary>
    /// <param name="context">The message.</param>
    /// <param name="attempt">Which attempt it is, from 1.</param>
    /// <param name="deadline">What remains of the caller's deadline; null for none.</param>
    /// <param name="respond">Answers; null where nobody waits.</param>
    protected async Task RunAsync(ConsumeContext<TRequest> context, int attempt, TimeSpan? deadline, Func<TReply, CallContext, Task>? respond)
    {
        using var passed = deadline is { } left ? new CancellationTokenSource(left, setup.Time) : null;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(passed?.Token ?? CancellationToken.None, context.CancellationToken, setup.Stopping);
        var activity = MessagingTelemetry.StartHandling(Operation, Activity.Current?.Id ?? BridgeHeaders.ReadTrace(context.Headers), traceState: null);
        using var ending = MessagingTelemetry.Ending(activity);
        var call = new CallContext(Operation, deadline, setup.Time)
        {
            CorrelationId = (context.RequestId ?? context.CorrelationId)?.ToString("N"),
            MessageId = context.MessageId?.ToString("N"),
            Attempt = attempt,
            Headers = UserHeaders.Read(BridgeHeaders.Read(context.Headers)),
            CancellationToken = ends.Token,
        };
        try
        {
            // No need to leave them: this method's own flow ends with them.
            call.Enter();
            ServedMessage.Current = context;
            RefuseWhatMayNotRun(attempt, passed);
            var reply = await InvokeAsync(context, call).ConfigureAwait(false);
            ReplyMetadata.Validate(call.SetResponseHeaders, call.SetResponseTrailers);
            if (respond is not null)
            {
                await respond(reply, call).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (setup.Stopping.IsCancellationRequested || context.CancellationToken.IsCancellationRequested)
        {
            // We have stopped it: whatever it throws then, it means that.
            if (Operation.AtMostOnce)
            {
                throw new RpcException(StatusCode.Aborted, "The worker was stopped while the handler ran, and the call may run at most once.", exception) { MayHaveRun = true };
            }

            await GiveBackAsync(context, attempt).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            MessagingTelemetry.Fail(activity, exception);
            var failure = passed is { IsCancellationRequested: true } && exception is not RpcException { Status: StatusCode.DeadlineExceeded } ? DeadlinePassed(exception) : exception;
            Describe(failure, call);
            if (ReferenceEquals(failure, exception))
            {
                throw;
            }

            throw failure;
        }
    }

    /// <summary>
    /// Which attempt a delivery is: the first, one after MassTransit's retries and redeliveries, one that the broker delivers
    /// again, or that a worker gave back.
    /// </summary>
    protected static int AttemptOf(ConsumeContext context) =>
        1 + context.GetRetryAttempt() + context.GetRedeliveryCount() + (context.ReceiveContext.Redelivered ? 1 : 0)
        + Math.Clamp(context.Headers.Get<int>(BridgeHeaders.Attempts) ?? 0, 0, MaxAttempts);

    /// <summary>Puts the message behind the others of its queue: MassTransit has no way to leave one there that a consumer has begun.</summary>
    protected static Task GiveBackAsync(ConsumeContext<TRequest> context, int attempts) =>
        context.Forward(context.ReceiveContext.InputAddress, Pipe.Execute<SendContext<TRequest>>(send => send.Headers.Set(BridgeHeaders.Attempts, attempts)));

    private void RefuseWhatMayNotRun(int attempt, CancellationTokenSource? passed)
    {
        if (passed is { IsCancellationRequested: true })
        {
            throw new RpcException(StatusCode.DeadlineExceeded, "The deadline had passed when the message came to the worker.");
        }

        if (Operation.AtMostOnce && attempt > 1)
        {
            throw new RpcException(StatusCode.Aborted, "The call was delivered again and may run at most once: it may have run.")
            {
                Reason = FailureReason.Redelivered,
                MayHaveRun = true,
            };
        }
    }

    private async Task<TReply> InvokeAsync(ConsumeContext<TRequest> context, CallContext call)
    {
        // A scope that a filter of the endpoint made (an outbox's, for example) is the handler's too.
        if (context.TryGetPayload<IServiceScope>(out var shared))
        {
            return await InvokeAsync(context.Message, call, shared.ServiceProvider).ConfigureAwait(false);
        }

        var scope = setup.Scopes.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            return await InvokeAsync(context.Message, call, scope.ServiceProvider).ConfigureAwait(false);
        }
    }

    private async Task<TReply> InvokeAsync(TRequest request, CallContext call, IServiceProvider services)
    {
        var service = setup.Resolve(services);
        if (setup.Options.Middleware.Count == 0)
        {
            return await handler(service, request, call.CancellationToken).ConfigureAwait(false);
        }

        var context = new WorkerCallContext<TService, TRequest, TReply>(call, services, service, request);
        await WorkerMiddlewares.RunAsync(setup.Options.Middleware, context, async inner =>
        {
            var typed = (WorkerCallContext<TService, TRequest, TReply>)inner;
            typed.TypedReply = await handler(typed.Service, typed.TypedRequest, typed.Call.CancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
        return context.TypedReply!;
    }

    private void Describe(Exception failure, CallContext call)
    {
        try
        {
            FaultData.Write(failure, Operation, call);
        }
        catch (Exception unwritable)
        {
            // A property of the user's exception threw: the failure then travels as one that is not declared.
            LogUnwritable(setup.Logger, unwritable, Operation.FullName, failure.GetType().Name);
        }
    }

    private static RpcException DeadlinePassed(Exception cause) =>
        new(StatusCode.DeadlineExceeded, "The deadline passed at stage 'handler': it was still running.", cause) { MayHaveRun = true };

    [LoggerMessage(553, LogLevel.Error, "The fault {Fault} of {Operation} can't be written.")]
    private static partial void LogUnwritable(ILogger logger, Exception exception, string operation, string fault);
}
