using Messaging.Testing;

[assembly: AssemblyFixture(typeof(Messaging.MassTransit.Tests.Support.BrokerFixture))]

// Some tests restart the one broker that all share.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Messaging.MassTransit.Tests.Support;

/// <summary>The broker that all tests of this assembly share.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    private PrivateBroker? _broker;

    public PrivateBroker Broker => _broker ?? throw new InvalidOperationException("The broker has not started.");

    public async ValueTask InitializeAsync() => _broker = await PrivateBroker.StartNewAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }
}
