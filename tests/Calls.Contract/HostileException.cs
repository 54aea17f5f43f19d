namespace Messaging.Calls.Contract;

/// <summary>An exception of the application's that is hard to read, or is none that says it was cancelled.</summary>
public static class HostileException
{
    public static Exception Of(int kind) => kind switch
    {
        0 => new Unreadable(static () => null!, static () => null),
        1 => new Unreadable(static () => throw new InvalidOperationException("no message"), static () => null),
        2 => new Unreadable(static () => "message", static () => throw new InvalidOperationException("no stack trace")),
        _ => new Unreadable(static () => new string('m', 300_000), static () => new string('s', 300_000)),
    };

    /// <summary>What handlers, and those whom they call, throw when they are cancelled.</summary>
    public static Exception OfCancelled(int kind) => kind switch
    {
        0 => new InvalidOperationException("The connection was closed."),
        1 => new AggregateException(new OperationCanceledException()),
        2 => new RpcException(StatusCode.Cancelled, "The nested call was cancelled.") { Operation = "other/Call" },
        3 => new TooBig(1, "a fault of the contract"),
        _ => new Unreadable(static () => throw new InvalidOperationException("no message"), static () => null),
    };

    private sealed class Unreadable(Func<string> message, Func<string?> stackTrace) : Exception
    {
        public override string Message => message();

        public override string? StackTrace => stackTrace();
    }
}
