namespace Messaging;

/// <summary>Some of the commands that were sent together were not accepted.</summary>
/// <typeparam name="TCommand">The commands' type.</typeparam>
/// <param name="failures">Those that were not accepted.</param>
/// <param name="count">How many were sent in all.</param>
public sealed class CommandsNotAcceptedException<TCommand>(IReadOnlyList<CommandFailure<TCommand>> failures, int count)
    : Exception($"{failures.Count:N0} of {count:N0} commands were not accepted; all others were. The first: {failures[0].Exception.Message}", failures[0].Exception)
{
    /// <summary>The commands that were not accepted, in the order of sending. Never empty.</summary>
    public IReadOnlyList<CommandFailure<TCommand>> Failures { get; } = failures;

    /// <summary>How many were sent in all.</summary>
    public int Count { get; } = count;
}

/// <summary>A command that was not accepted.</summary>
/// <typeparam name="TCommand">The command's type.</typeparam>
/// <param name="Command">The command.</param>
/// <param name="Exception">Why: an <see cref="RpcException"/>, whose <see cref="RpcException.MayHaveRun"/> says whether it may run all the same, or a cancellation.</param>
public readonly record struct CommandFailure<TCommand>(TCommand Command, Exception Exception);
