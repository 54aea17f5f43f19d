using System.Collections.Concurrent;
using Messaging.Descriptions;
using Messaging.Serialization;

namespace Messaging.Forwarding;

/// <summary>A service that may be called, with the operations that were.</summary>
internal sealed class ForwardedService
{
    private readonly string _name;
    private readonly ConcurrentDictionary<(string Method, string ContentType), ForwardedOperation> _operations = new();

    /// <param name="name">The name by which it is called.</param>
    /// <param name="description">What its workers say of it.</param>
    /// <param name="before">What was known of it before; null for nothing.</param>
    public ForwardedService(string name, ServiceDescription description, ForwardedService? before)
    {
        _name = name;
        Description = description;
        foreach (var (key, old) in before?._operations ?? [])
        {
            // The requester keeps what it learns of an operation by its object.
            if (Describe(key.Method) is { } known
                && old.Description.Kind == known.Kind
                && old.Description.TimeoutMs == known.TimeoutMs
                && old.Description.Idempotent == known.Idempotent)
            {
                _operations[key] = old with { Description = known };
            }
        }
    }

    public ServiceDescription Description { get; }

    /// <summary>An operation with messages of a content type; null where the service has no such method.</summary>
    public ForwardedOperation? Find(string method, string contentType)
    {
        if (_operations.TryGetValue((method, contentType), out var operation))
        {
            return operation;
        }

        return Describe(method) is { } known ? _operations.GetOrAdd((method, contentType), Create(known, contentType)) : null;
    }

    /// <summary>What its workers say of a method; null where it has none of that name.</summary>
    public OperationDescription? Describe(string method)
    {
        foreach (var operation in Description.Operations)
        {
            if (string.Equals(operation.Name, method, StringComparison.Ordinal))
            {
                return operation;
            }
        }

        return null;
    }

    private ForwardedOperation Create(OperationDescription known, string contentType) =>
        new(known, new Operation<RawPayload, RawPayload>(_name, known.Name, known.Kind)
        {
            ContentType = contentType,
            Timeout = known.TimeoutMs is > 0 and var timeout && timeout <= CallOptions.MaxTimeout.TotalMilliseconds ? TimeSpan.FromMilliseconds(timeout) : null,
            Idempotent = known.Idempotent && known.Kind == OperationKind.Call,
        });
}

/// <summary>An operation that may be called.</summary>
/// <param name="Description">What its workers say of it.</param>
/// <param name="Operation">What the invoker calls.</param>
internal sealed record ForwardedOperation(OperationDescription Description, Operation<RawPayload, RawPayload> Operation)
{
    public OperationKind Kind => Operation.Kind;

    /// <summary>The same, to be sent as a command.</summary>
    public Operation<RawPayload, Nothing> Command => field ??= new Operation<RawPayload, Nothing>(Operation.Service, Operation.Name, Operation.Kind)
    {
        ContentType = Operation.ContentType,
        Timeout = Operation.Timeout,
    };
}
