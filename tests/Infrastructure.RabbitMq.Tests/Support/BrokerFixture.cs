using Messaging.Testing;

[assembly: AssemblyFixture(typeof(Messaging.RabbitMq.Tests.Support.BrokerFixture))]

// Some tests restart and kill the one broker that all share.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Messaging.RabbitMq.Tests.Support;

/// <summary>The broker that all tests of this assembly share.</summary>
public sealed class BrokerFixture : IAsyncLifetime
{
    private PrivateBroker? _broker;

    /// <summary>The broker.</summary>
    public PrivateBroker Broker => _broker ?? throw new InvalidOperationException("The broker has not started.");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _broker = await PrivateBroker.StartNewAsync(TestContext.Current.CancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
        {
            await _broker.DisposeAsync();
        }
    }
}
