using Messaging.Transport.Contract;

namespace Messaging.InMemory;

public sealed class InMemoryTransportContractTests : TransportContractTests
{
    protected override Task<ITransportHarness> StartAsync() => Task.FromResult<ITransportHarness>(new InMemoryHarness());
}
