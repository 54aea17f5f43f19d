namespace Messaging.FailedCommands;

/// <summary>Decides what becomes of a command that failed.</summary>
internal sealed class CommandRetryPolicy(CommandRetryOptions options, Random random)
{
    public int MaxAttempts => options.MaxAttempts;

    /// <summary>Says what the failure calls for, not counting attempts.</summary>
    /// <param name="exception">What the handler threw; null where none ran, as the command can't be read or served.</param>
    /// <param name="declared">Whether it is a fault that the contract declares.</param>
    public FailedCommandAction Classify(Exception? exception, bool declared)
    {
        if (exception is null)
        {
            return FailedCommandAction.DeadLetter;
        }

        return options.Classify?.Invoke(exception)
            ?? (declared || exception is RpcException { Status: var status } && IsFinal(status) ? FailedCommandAction.DeadLetter : FailedCommandAction.Retry);
    }

    /// <summary>Whether the retry after an attempt comes at once.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    public bool IsImmediate(int attempt) => attempt <= options.ImmediateRetries;

    /// <summary>The delay before the retry that follows an attempt.</summary>
    /// <param name="attempt">The attempt that failed, from 1.</param>
    public TimeSpan DelayAfter(int attempt)
    {
        var doublings = Math.Clamp(attempt - options.ImmediateRetries - 1, 0, 30);
        var seconds = Math.Min(options.BaseDelay.TotalSeconds * Math.Pow(2, doublings), options.MaxDelay.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (1 + (random.NextDouble() / 4)));
    }

    // Those that say that the command itself is wrong, or that nobody may run it: time changes neither.
    private static bool IsFinal(StatusCode status) => status is
        StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.PermissionDenied or StatusCode.FailedPrecondition
        or StatusCode.OutOfRange or StatusCode.Unimplemented or StatusCode.DataLoss or StatusCode.Unauthenticated;
}
