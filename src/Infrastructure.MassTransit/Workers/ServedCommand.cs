using MassTransit;
using Messaging.FailedCommands;
using Messaging.MassTransit.Faults;
using Microsoft.Extensions.Logging;

namespace Messaging.MassTransit.Workers;

/// <summary>Serves a command, again where it fails and Messaging's retries are applied.</summary>
internal sealed partial class ServedCommand<TService, TRequest>(
    Operation<TRequest, Nothing> operation, Func<TService, TRequest, CancellationToken, Task<Nothing>> handler, WorkerSetup<TService> setup)
    : ServedHandler<TService, TRequest, Nothing>(operation, handler, setup)
    where TService : class
    where TRequest : class
{
    private readonly CommandRetryPolicy? _retries = setup.RetriesCommands ? CommandRetryPolicy.Of(operation, setup.Options, Random.Shared) : null;

    public override async Task ServeAsync(ConsumeContext<TRequest> context)
    {
        for (var attempt = AttemptOf(context); ; attempt++)
        {
            try
            {
                await RunAsync(context, attempt, deadline: null, respond: null).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (_retries is not null)
            {
                var action = _retries.Classify(exception, FaultData.Find(exception, Operation) is not null);
                if (action == FailedCommandAction.Discard)
                {
                    LogDiscarded(Setup.Logger, exception, Operation.FullName, context.MessageId);
                    return;
                }

                if (action == FailedCommandAction.DeadLetter || attempt >= _retries.MaxAttempts)
                {
                    throw;
                }
            }

            if (!await PauseAsync(context, attempt).ConfigureAwait(false))
            {
                await GiveBackAsync(context, attempt).ConfigureAwait(false);
                return;
            }
        }
    }

    /// <summary>Waits for the next attempt. False where the worker stops first.</summary>
    private async Task<bool> PauseAsync(ConsumeContext<TRequest> context, int attempt)
    {
        if (_retries!.IsImmediate(attempt))
        {
            return true;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, Setup.Stopping);
        try
        {
            await Task.Delay(_retries.DelayAfter(attempt), Setup.Time, ends.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(552, LogLevel.Warning, "A command failed and is discarded, as CommandRetry.Classify says: {Operation} (message id {MessageId}).")]
    private static partial void LogDiscarded(ILogger logger, Exception exception, string operation, Guid? messageId);
}
