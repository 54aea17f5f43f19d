using Messaging.Catalogue;
using Messaging.FailedCommands;
using Messaging.Overload;
using Messaging.Pipeline;

namespace Messaging.Handling;

/// <summary>Serves one operation: decodes the request, calls the service through the middleware, encodes the reply.</summary>
internal abstract class OperationHandler(OperationDescriptor operation, CommandRetryPolicy? retries)
{
    public OperationDescriptor Operation { get; } = operation;

    /// <summary>How a command is tried again; null for calls, which are retried by their callers.</summary>
    public CommandRetryPolicy? Retries { get; } = retries;

    /// <summary>What its handlers have done.</summary>
    public HandlerLoad Load { get; } = new();

    /// <summary>What its handlers take.</summary>
    public UsualTime UsualTime { get; } = new();

    /// <summary>Serves a call. What it throws, the handler or its middleware threw.</summary>
    public abstract ValueTask InvokeAsync(WorkerCall call, CallContext context, IServiceProvider services);
}
