using Messaging.Calls.Contract;
using Messaging.MassTransit.Tests.Support;

namespace Messaging.MassTransit.Tests.Engine;

/// <summary>The contract that every transport keeps, on MassTransit's in-memory transport, but for what its engine lacks.</summary>
public sealed class InMemoryEngineCallContractTests : CallContractTests
{
    protected override async Task<ICallHarness> StartAsync()
    {
        EngineGaps.SkipWhereNotCarried(EngineGaps.InMemory);
        return await InMemoryEngineHarness.StartAsync();
    }
}

/// <summary>The same on RabbitMQ.</summary>
public sealed class RabbitMqEngineCallContractTests(BrokerFixture fixture) : CallContractTests
{
    protected override async Task<ICallHarness> StartAsync()
    {
        EngineGaps.SkipWhereNotCarried(EngineGaps.RabbitMq);
        return await RabbitMqEngineHarness.StartAsync(fixture.Broker);
    }
}
