namespace Messaging;

/// <summary>Wraps the handlers of a worker: after the request is decoded, before the reply is encoded.</summary>
public interface IWorkerMiddleware
{
    /// <summary>Does its work around <paramref name="next"/>. What it throws is treated as if the handler had thrown it.</summary>
    /// <param name="context">The call.</param>
    /// <param name="next">The rest: further middleware, then the handler.</param>
    /// <returns>Complete when the call has been served.</returns>
    ValueTask InvokeAsync(WorkerCallContext context, WorkerDelegate next);
}

/// <summary>The rest of the way to the handler.</summary>
/// <param name="context">The call.</param>
/// <returns>Complete when the call has been served.</returns>
public delegate ValueTask WorkerDelegate(WorkerCallContext context);

/// <summary>A call as middleware sees it.</summary>
public abstract class WorkerCallContext
{
    private protected WorkerCallContext(CallContext call, IServiceProvider services)
    {
        Call = call;
        Services = services;
    }

    /// <summary>What is known about the call.</summary>
    public CallContext Call { get; }

    /// <summary>The call's scope.</summary>
    public IServiceProvider Services { get; }

    /// <summary>The decoded request. May be replaced by another value of the same type.</summary>
    /// <exception cref="InvalidCastException">Set to a value of another type.</exception>
    public abstract object Request { get; set; }

    /// <summary>The reply: null before the handler has run and for operations without one. May be set instead of calling the rest.</summary>
    /// <exception cref="InvalidCastException">Set to a value of another type.</exception>
    public abstract object? Reply { get; set; }
}

/// <summary>A call with its types.</summary>
internal sealed class WorkerCallContext<TService, TRequest, TReply>(CallContext call, IServiceProvider services, TService service, TRequest request)
    : WorkerCallContext(call, services)
    where TService : class
{
    public TService Service { get; } = service;

    public TRequest TypedRequest { get; private set; } = request;

    public TReply? TypedReply { get; set; }

    public override object Request
    {
        get => TypedRequest!;
        set => TypedRequest = (TRequest)value;
    }

    public override object? Reply
    {
        get => TypedReply;
        set => TypedReply = (TReply?)value;
    }
}
