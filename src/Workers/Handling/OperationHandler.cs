using Messaging.Pipeline;

namespace Messaging.Handling;

/// <summary>Serves one operation: decodes the request, calls the service through the middleware, encodes the reply.</summary>
internal abstract class OperationHandler(OperationDescriptor operation)
{
    public OperationDescriptor Operation { get; } = operation;

    /// <summary>Serves a call. What it throws, the handler or its middleware threw.</summary>
    public abstract ValueTask InvokeAsync(WorkerCall call, CallContext context, IServiceProvider services);
}
