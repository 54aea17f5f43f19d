namespace Messaging.Faults;

/// <summary>A fault that the contract declares. Its message is what it is told, null included, which user code may do.</summary>
/// <param name="message">The message.</param>
public sealed class ProbeFault(string? message) : Exception
{
    /// <inheritdoc/>
    public override string Message => message!;
}
