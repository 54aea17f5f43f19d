namespace Messaging.FailedCommands;

/// <summary>Decides what becomes of a command that failed.</summary>
internal sealed class CommandRetryPolicy(CommandRetryOptions options, Random random)
{
    public int MaxAttempts => options.MaxAttempts;

    /// <summary>
    /// The policy of an operation: its own options as a whole, or else the service's, in which what the contract says of
    /// the operation takes the place of what they say.
    /// </summary>
    public static CommandRetryPolicy Of(OperationDescriptor operation, WorkerOptions options, Random random)
    {
        options.Operations.TryGetValue(operation.Name, out var own);
        return new CommandRetryPolicy(own?.CommandRetry ?? Merge(operation.CommandRetry, options.CommandRetry), random);
    }

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

    private static CommandRetryOptions Merge(CommandRetryDescriptor? contract, CommandRetryOptions service)
    {
        if (contract is null)
        {
            return service;
        }

        // Where one side gives the first delay and the other the longest, the contract's word stands.
        var baseDelay = contract.BaseDelay ?? service.BaseDelay;
        var maxDelay = contract.MaxDelay ?? (baseDelay > service.MaxDelay ? baseDelay : service.MaxDelay);
        return new CommandRetryOptions
        {
            MaxAttempts = contract.MaxAttempts ?? service.MaxAttempts,
            ImmediateRetries = contract.ImmediateRetries ?? service.ImmediateRetries,
            BaseDelay = baseDelay < maxDelay ? baseDelay : maxDelay,
            MaxDelay = maxDelay,
            Classify = service.Classify,
        };
    }

    // Those that say that the command itself is wrong, or that nobody may run it: time changes neither.
    private static bool IsFinal(StatusCode status) => status is
        StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.PermissionDenied or StatusCode.FailedPrecondition
        or StatusCode.OutOfRange or StatusCode.Unimplemented or StatusCode.DataLoss or StatusCode.Unauthenticated;
}
