using System.Collections.Concurrent;
using Messaging.Batching;
using Messaging.Calls;
using Messaging.Compression;
using Messaging.Serialization;
using Messaging.Streaming;
using Messaging.Wire;
using Microsoft.Extensions.Options;

namespace Messaging.Policies;

/// <summary>Lays configuration and options over what contracts say, once per operation.</summary>
internal sealed class CallPolicies(IOptionsMonitor<RequesterOptions> options, PayloadSerializers serializers, TimeProvider time)
{
    private readonly ConcurrentDictionary<OperationDescriptor, CallPolicy> _policies = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<string, ServiceCalls> _services = new(StringComparer.Ordinal);

    /// <summary>The services that were called.</summary>
    public IEnumerable<ServiceCalls> Services => _services.Values;

    public CallPolicy<TRequest, TReply> Get<TRequest, TReply>(Operation<TRequest, TReply> operation) =>
        _policies.TryGetValue(operation, out var policy)
            ? (CallPolicy<TRequest, TReply>)policy
            : Add(operation);

    private CallPolicy<TRequest, TReply> Add<TRequest, TReply>(Operation<TRequest, TReply> operation)
    {
        if (string.Equals(operation.Name, WireNames.DescribeMethod, StringComparison.Ordinal))
        {
            // Strangers may have any name asked for: nothing is kept for it.
            var asked = options.CurrentValue;
            return Create(operation, asked, _services.GetValueOrDefault(operation.Service) ?? new ServiceCalls(operation.Service, asked, time));
        }

        var service = options.Get(operation.Service);
        var policy = Create(operation, service, _services.GetOrAdd(operation.Service, name => new ServiceCalls(name, service, time)));
        return (CallPolicy<TRequest, TReply>)_policies.GetOrAdd(operation, policy);
    }

    private CallPolicy<TRequest, TReply> Create<TRequest, TReply>(Operation<TRequest, TReply> operation, RequesterOptions service, ServiceCalls calls)
    {
        service.Operations.TryGetValue(operation.Name, out var own);
        var codecs = serializers.Choose(operation);
        return new CallPolicy<TRequest, TReply>
        {
            Operation = operation,
            Service = calls,
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
                time,
                () => calls.Load.IsOverloaded),
        };
    }
}
