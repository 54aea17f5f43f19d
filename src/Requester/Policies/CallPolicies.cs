using System.Collections.Concurrent;
using Messaging.Batching;
using Messaging.Calls;
using Messaging.Compression;
using Messaging.Serialization;
using Messaging.Streaming;
using Microsoft.Extensions.Options;

namespace Messaging.Policies;

/// <summary>Lays configuration and options over what contracts say, once per operation.</summary>
internal sealed class CallPolicies(IOptionsMonitor<RequesterOptions> options, PayloadSerializers serializers, TimeProvider time)
{
    private readonly ConcurrentDictionary<OperationDescriptor, CallPolicy> _policies = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<string, ServiceCalls> _services = new(StringComparer.Ordinal);

    public CallPolicy<TRequest, TReply> Get<TRequest, TReply>(Operation<TRequest, TReply> operation) =>
        _policies.TryGetValue(operation, out var policy)
            ? (CallPolicy<TRequest, TReply>)policy
            : Add(operation);

    private CallPolicy<TRequest, TReply> Add<TRequest, TReply>(Operation<TRequest, TReply> operation)
    {
        var service = options.Get(operation.Service);
        service.Operations.TryGetValue(operation.Name, out var own);
        var codecs = serializers.Choose(operation);
        var policy = new CallPolicy<TRequest, TReply>
        {
            Operation = operation,
            Service = _services.GetOrAdd(operation.Service, name => new ServiceCalls(name, service, time)),
            ContentType = codecs.ContentType,
            Names = new FrameNames(operation.Name, codecs.ContentType),
            RequestCodec = codecs.Request,
            ReplyCodec = codecs.Reply,
            Timeout = own?.Timeout ?? operation.Timeout ?? (operation.IsStream ? CallOptions.MaxTimeout : service.Timeout),
            ItemNames = StreamNames.Item(codecs.ContentType),
            Stream = own?.Stream ?? service.Stream,
            OpenTimeout = service.Timeout,
            Compression = CompressionPlan.Of(service.Compression),
            Attempts = AttemptPipeline.Build(
                operation.Idempotent && operation.Kind == OperationKind.Call,
                own?.Retry ?? service.Retry,
                own?.Hedging ?? service.Hedging,
                operation.Kind == OperationKind.Call ? own?.CircuitBreaker ?? service.CircuitBreaker : null,
                time),
        };
        return (CallPolicy<TRequest, TReply>)_policies.GetOrAdd(operation, policy);
    }
}
