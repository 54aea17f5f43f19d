using Messaging.Handling;
using Messaging.Pipeline;

namespace Messaging.Overload;

/// <summary>A handler that is never run.</summary>
internal sealed class SilentHandler() : OperationHandler(
    new Operation<Nothing, Nothing>("calc", "Add", OperationKind.Call), retries: null)
{
    public override ValueTask InvokeAsync(WorkerCall call, CallContext context, IServiceProvider services) =>
        throw new InvalidOperationException("It is not run.");
}
