using Messaging.Testing;

namespace Messaging.RabbitMq.Tests.Support;

/// <summary>A cluster of three nodes for the tests of one class.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private PrivateCluster? _cluster;

    /// <summary>The cluster.</summary>
    public PrivateCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster has not started.");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (PrivateBroker.CanFormClusters)
        {
            _cluster = await PrivateCluster.StartNewAsync(3, TestContext.Current.CancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
