using System.Collections.Concurrent;
using Messaging.Descriptions;
using Messaging.Serialization;

namespace Messaging.Trying;

/// <summary>Finds operations as the workers describe them. The requester keeps what it learns of one by its object.</summary>
internal sealed class TriedOperations(ServiceDescriptions descriptions)
{
    private readonly ConcurrentDictionary<Key, Operation<RawPayload, RawPayload>> _replies = new();
    private readonly ConcurrentDictionary<Key, Operation<RawPayload, Nothing>> _commands = new();

    /// <exception cref="RpcException">The service's workers don't answer, and nothing is known of it.</exception>
    public ValueTask<ServiceDescription> DescribeAsync(string service, CancellationToken cancellationToken) => descriptions.GetAsync(service, cancellationToken);

    /// <exception cref="RpcException">As above, or the service has no such method, or the method reads no JSON.</exception>
    public async ValueTask<OperationDescription> FindAsync(string service, string method, CancellationToken cancellationToken)
    {
        var description = await DescribeAsync(service, cancellationToken).ConfigureAwait(false);
        var operation = description.Operations.FirstOrDefault(operation => string.Equals(operation.Name, method, StringComparison.Ordinal))
            ?? throw new RpcException(StatusCode.Unimplemented, $"The service '{service}' has no method '{method}'.");
        return operation.ContentTypes.Count == 0 || operation.ContentTypes.Contains(JsonPayloadSerializer.Json, StringComparer.OrdinalIgnoreCase)
            ? operation
            : throw new RpcException(StatusCode.Unimplemented, $"'{service}/{method}' reads {string.Join(", ", operation.ContentTypes)} and no JSON, which is all that this page writes.");
    }

    public Operation<RawPayload, RawPayload> ForReplies(string service, OperationDescription description) =>
        _replies.GetOrAdd(KeyOf(service, description), static key => new Operation<RawPayload, RawPayload>(key.Service, key.Method, key.Kind)
        {
            ContentType = JsonPayloadSerializer.Json,
            Timeout = key.Timeout,
            Idempotent = key.Idempotent,
        });

    public Operation<RawPayload, Nothing> ForCommands(string service, OperationDescription description) =>
        _commands.GetOrAdd(KeyOf(service, description), static key => new Operation<RawPayload, Nothing>(key.Service, key.Method, key.Kind)
        {
            ContentType = JsonPayloadSerializer.Json,
            Timeout = key.Timeout,
        });

    private static Key KeyOf(string service, OperationDescription description) => new(
        service,
        description.Name,
        description.Kind,
        description.TimeoutMs is > 0 and var timeout && timeout <= CallOptions.MaxTimeout.TotalMilliseconds ? TimeSpan.FromMilliseconds(timeout) : null,
        description.Idempotent && description.Kind == OperationKind.Call);

    private readonly record struct Key(string Service, string Method, OperationKind Kind, TimeSpan? Timeout, bool Idempotent);
}
