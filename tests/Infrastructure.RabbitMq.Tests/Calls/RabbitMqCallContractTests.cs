using Messaging.Calls.Contract;
using Messaging.RabbitMq.Tests.Support;

namespace Messaging.RabbitMq.Tests.Calls;

public sealed class RabbitMqCallContractTests(BrokerFixture fixture) : CallContractTests
{
    protected override async Task<ICallHarness> StartAsync() => await RabbitMqCallHarness.StartAsync(fixture.Broker);
}

/// <summary>The same with the other way for replies to come back.</summary>
public sealed class DirectReplyToCallContractTests(BrokerFixture fixture) : CallContractTests
{
    protected override async Task<ICallHarness> StartAsync() => await RabbitMqCallHarness.StartAsync(fixture.Broker, RabbitMqReplyPath.DirectReplyTo);
}
