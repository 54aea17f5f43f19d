using Messaging.Descriptions;
using Messaging.Serialization;

namespace Messaging.Forwarding;

/// <summary>The contract of a service that is known only by its description: every operation goes to the server.</summary>
internal sealed class UpstreamContract(ServiceDescription description) : ServiceContract<UpstreamService>
{
    private readonly Operation<RawPayload, RawPayload>[] _operations =
    [
        .. description.Operations.Select(operation => new Operation<RawPayload, RawPayload>(description.Name, operation.Name, operation.Kind)
        {
            ContentType = operation.ContentTypes[0],
            Idempotent = operation.Idempotent && operation.Kind == OperationKind.Call,
        }),
    ];

    public override string Name => description.Name;

    public override IReadOnlyList<OperationDescriptor> Operations => _operations;

    public override UpstreamService CreateProxy(IOperationInvoker invoker, CallOptions? options) =>
        throw new NotSupportedException("A server that is forwarded to has no proxy: it is called through the gateway, or by its contract.");

    public override void Bind(IOperationBinder<UpstreamService> binder)
    {
        foreach (var operation in _operations)
        {
            switch (operation.Kind)
            {
                case OperationKind.Call:
                    binder.BindCall(operation, (service, request, token) => service.CallAsync(operation, request, token));
                    break;
                case OperationKind.ReplyStream:
                    binder.BindStream(operation, (service, request, token) => service.StreamAsync(operation, request, token));
                    break;
                case OperationKind.RequestStream:
                    binder.BindUpload(operation, (service, items, token) => service.UploadAsync(operation, items, token));
                    break;
                default:
                    binder.BindExchange(operation, (service, items, token) => service.ExchangeAsync(operation, items, token));
                    break;
            }
        }
    }
}
