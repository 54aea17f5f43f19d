namespace Messaging;

/// <summary>What the contract says of one operation. Made once per operation by generated code.</summary>
public abstract class OperationDescriptor
{
    private protected OperationDescriptor(string service, string name, OperationKind kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        ArgumentException.ThrowIfNullOrEmpty(name);
        Service = service;
        Name = name;
        Kind = kind;
        FullName = $"{service}/{name}";
        SendingSpan = $"{(kind == OperationKind.Command ? "send" : "call")} {FullName}";
        ProcessingSpan = $"process {FullName}";
    }

    /// <summary>The service's wire name.</summary>
    public string Service { get; }

    /// <summary>The method's wire name.</summary>
    public string Name { get; }

    /// <summary><c>service/method</c>, as errors, traces and gateways name it.</summary>
    public string FullName { get; }

    /// <summary>How the operation exchanges messages.</summary>
    public OperationKind Kind { get; }

    /// <summary>The request's type.</summary>
    public abstract Type RequestType { get; }

    /// <summary>The reply's or stream item's type; <see cref="Nothing"/> where there is none.</summary>
    public abstract Type ReplyType { get; }

    /// <summary>The name of the caller's span.</summary>
    internal string SendingSpan { get; }

    /// <summary>The name of the handler's span.</summary>
    internal string ProcessingSpan { get; }

    /// <summary>Whether items travel in either direction.</summary>
    internal bool IsStream => Kind is not (OperationKind.Call or OperationKind.Command);

    /// <summary>
    /// The content type in which requesters write it and want it answered, e.g. <c>application/json</c>; null for the
    /// first of the requester's serializers that takes its types.
    /// </summary>
    public string? ContentType { get; init; }

    /// <summary>The timeout that the contract asks for; null for the requester's default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether running it twice is as good as once.</summary>
    public bool Idempotent { get; init; }

    /// <summary>Whether a redelivery is answered instead of run.</summary>
    public bool AtMostOnce { get; init; }

    /// <summary>Whether a worker's inbox keeps the reply and gives it again to a duplicate.</summary>
    public bool ReplayReplies { get; init; }

    /// <summary>Whether the request, or an item of a stream of requests, may be null, as the contract declares it.</summary>
    public bool RequestMayBeNull { get; init; }

    /// <summary>
    /// Whether the reply, or an item of a stream of replies, may be null, as the contract declares it. Contracts that are
    /// compiled without nullable annotations say nothing, and their replies may be.
    /// </summary>
    public bool ReplyMayBeNull { get; init; }

    /// <summary>The priority of a command whose contract names one; null where it does not, and its service has no queue of urgent commands for it.</summary>
    public CommandPriority? Priority { get; init; }

    /// <summary>Into how many partitions the ordered commands of the service go; 0 for an operation that is in no order.</summary>
    public int Partitions { get; init; }

    /// <summary>What the contract says of a command's retries; null where it says nothing.</summary>
    public CommandRetryDescriptor? CommandRetry { get; init; }

    /// <summary>The declared faults, most derived types first.</summary>
    public IReadOnlyList<FaultDescriptor> Faults { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => FullName;
}

/// <summary>An operation with its types.</summary>
/// <typeparam name="TRequest">The request's type.</typeparam>
/// <typeparam name="TReply">The reply's or stream item's type; <see cref="Nothing"/> where there is none.</typeparam>
/// <param name="service">The service's wire name.</param>
/// <param name="name">The method's wire name.</param>
/// <param name="kind">How the operation exchanges messages.</param>
public sealed class Operation<TRequest, TReply>(string service, string name, OperationKind kind)
    : OperationDescriptor(service, name, kind)
{
    /// <inheritdoc/>
    public override Type RequestType => typeof(TRequest);

    /// <inheritdoc/>
    public override Type ReplyType => typeof(TReply);

    /// <summary>The text of an ordered command's key; null for an operation that is in no order.</summary>
    public Func<TRequest, string?>? OrderKey { get; init; }
}
