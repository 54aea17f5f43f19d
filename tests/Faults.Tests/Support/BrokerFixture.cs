using Messaging.Testing;

[assembly: AssemblyFixture(typeof(Messaging.Faults.Tests.Support.BrokerFixture))]

// The faults of one test would be the faults of all.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Messaging.Faults.Tests.Support;

/// <summary>The broker that those tests share which leave it as they found it.</summary>
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
