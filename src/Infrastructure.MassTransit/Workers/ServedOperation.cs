using MassTransit;

namespace Messaging.MassTransit.Workers;

/// <summary>Serves one operation.</summary>
internal abstract class ServedOperation(OperationDescriptor operation)
{
    public OperationDescriptor Operation { get; } = operation;
}

/// <summary>Serves one operation with its request's type.</summary>
internal abstract class ServedOperation<TRequest>(OperationDescriptor operation) : ServedOperation(operation)
    where TRequest : class
{
    /// <summary>Serves a message. What it throws becomes a fault, as of any consumer.</summary>
    public abstract Task ServeAsync(ConsumeContext<TRequest> context);
}
