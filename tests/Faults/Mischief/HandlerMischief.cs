namespace Messaging.Faults.Mischief;

/// <summary>What handlers do that nobody expects. One for each call, as its scope ends with it, which may throw as well.</summary>
internal sealed class HandlerMischief(Dice dice) : IAsyncDisposable
{
    private const int OversizeHeader = 300_000;
    private const int Depth = 300;

    /// <summary>Throws when the dice say so.</summary>
    public void Throw()
    {
        if (!dice.Strikes())
        {
            return;
        }

        switch (dice.Choose(8))
        {
            case 0:
                throw new MischiefException(throws: false);
            case 1:
                throw new MischiefException(throws: true);
            case 2:
                throw new ProbeFault(null);
            case 3:
                throw new ProbeFault(new string('f', 100_000));
            case 4:
                throw new AggregateException(new MischiefException(throws: true), new InvalidOperationException("Mischief: one of two."));
            case 5:
                throw new OperationCanceledException("Mischief: nobody has cancelled this.");
            case 6:
                throw new RpcException(StatusCode.Unavailable, new string('d', 100_000));
            default:
                ThrowFrom(Depth);
                break;
        }
    }

    /// <summary>Says more beside a reply than any frame holds, or throws, when the dice say so.</summary>
    public void SpoilReply()
    {
        if (CallContext.Current is not { } call || !dice.Strikes())
        {
            return;
        }

        switch (dice.Choose(3))
        {
            case 0:
                call.ResponseHeaders["mischief"] = new string('h', OversizeHeader);
                break;
            case 1:
                call.ResponseTrailers["mischief"] = new string('t', OversizeHeader);
                break;
            default:
                call.ResponseHeaders["mischief"] = null!;
                break;
        }
    }

    public ValueTask DisposeAsync() =>
        dice.Strikes() ? ValueTask.FromException(new InvalidOperationException("Mischief: a scope's disposal throws.")) : ValueTask.CompletedTask;

    // A long stack trace.
    private static int ThrowFrom(int depth) => depth == 0 ? throw new TimeoutException("Mischief: from deep below.") : ThrowFrom(depth - 1) + 1;
}
