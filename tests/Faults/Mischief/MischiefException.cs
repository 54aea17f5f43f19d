namespace Messaging.Faults.Mischief;

/// <summary>An exception whose texts throw when they are read, or are not there.</summary>
internal sealed class MischiefException(bool throws) : Exception
{
    public override string Message => throws ? throw new InvalidOperationException("Mischief: the message of an exception throws.") : null!;

    public override string? StackTrace => throws ? throw new InvalidOperationException("Mischief: the stack trace of an exception throws.") : base.StackTrace;

    public override string ToString() => throws ? throw new InvalidOperationException("Mischief: the text of an exception throws.") : null!;
}
