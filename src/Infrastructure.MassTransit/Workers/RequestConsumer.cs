using MassTransit;
using Messaging.MassTransit.Headers;

namespace Messaging.MassTransit.Workers;

/// <summary>Consumes one message type and hands it to the operation that it is for.</summary>
internal abstract class RequestConsumer
{
    public abstract void Add(ServedOperation operation);

    public abstract void Configure(IReceiveEndpointConfigurator endpoint);
}

/// <summary>The consumer of a message type.</summary>
internal sealed class RequestConsumer<TRequest> : RequestConsumer
    where TRequest : class
{
    private readonly List<ServedOperation<TRequest>> _operations = [];

    public override void Add(ServedOperation operation) => _operations.Add((ServedOperation<TRequest>)operation);

    public override void Configure(IReceiveEndpointConfigurator endpoint) => endpoint.Handler<TRequest>(ConsumeAsync);

    private Task ConsumeAsync(ConsumeContext<TRequest> context)
    {
        // Messaging's requesters name the operation; MassTransit's clients know the type alone.
        if (context.Headers.Get<string>(BridgeHeaders.Operation) is { } name)
        {
            foreach (var operation in _operations)
            {
                if (string.Equals(operation.Operation.Name, name, StringComparison.Ordinal))
                {
                    return operation.ServeAsync(context);
                }
            }

            throw new RpcException(StatusCode.Unimplemented, $"The worker does not serve '{name}' with {typeof(TRequest)}; it serves: {Names}.");
        }

        return _operations.Count == 1
            ? _operations[0].ServeAsync(context)
            : throw new RpcException(StatusCode.InvalidArgument, $"Several operations take {typeof(TRequest)} ({Names}): name one in the header '{BridgeHeaders.Operation}'.");
    }

    private string Names => string.Join(", ", _operations.Select(static operation => operation.Operation.Name));
}
