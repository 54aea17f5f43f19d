using Messaging.Calls.Contract;
using Messaging.RabbitMq.Tests.Support;
using RabbitMQ.Client;

namespace Messaging.RabbitMq.Tests.Calls;

public sealed class RabbitMqCallContractTests(BrokerFixture fixture) : CallContractTests
{
    protected override IReadOnlyDictionary<string, object?> OwnForeignValues { get; } = new Dictionary<string, object?>(StringComparer.Ordinal)
    {
        ["time"] = new AmqpTimestamp(1_700_000_001),
        ["binary"] = new BinaryTableValue([1, 2, 255]),
    };

    protected override async Task<ICallHarness> StartAsync() => await RabbitMqCallHarness.StartAsync(fixture.Broker);
}

/// <summary>The same with the other way for replies to come back.</summary>
public sealed class DirectReplyToCallContractTests(BrokerFixture fixture) : CallContractTests
{
    protected override async Task<ICallHarness> StartAsync() => await RabbitMqCallHarness.StartAsync(fixture.Broker, RabbitMqReplyPath.DirectReplyTo);
}
