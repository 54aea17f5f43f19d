using Messaging.Calls.Contract;

namespace Messaging.Calls;

public sealed class InMemoryCallContractTests : CallContractTests
{
    protected override Task<ICallHarness> StartAsync() => Task.FromResult<ICallHarness>(new InMemoryCallHarness());
}
