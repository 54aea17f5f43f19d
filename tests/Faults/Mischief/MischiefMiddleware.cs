namespace Messaging.Faults.Mischief;

/// <summary>Middleware that throws before or after the handler, or puts a value of a wrong type in the place of the reply.</summary>
internal sealed class MischiefMiddleware(Dice dice) : IWorkerMiddleware
{
    public async ValueTask InvokeAsync(WorkerCallContext context, WorkerDelegate next)
    {
        Throw("before");
        await next(context);
        Throw("after");
        if (context.Call.Operation.Kind == OperationKind.Call && dice.Strikes())
        {
            context.Reply = dice;
        }
    }

    private void Throw(string when)
    {
        if (dice.Strikes())
        {
            throw new InvalidOperationException($"Mischief: middleware throws {when} the handler.");
        }
    }
}
