namespace Messaging.Watching;

/// <summary>Keeps the catalogue's newest snapshot.</summary>
internal sealed class CatalogueWatch(IServiceCatalogue catalogue, KnownServices known, BrokerSight sight, TimeProvider time)
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    // A first roll call takes a second, and a broker that is away may take its time to say so.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(15);

    private volatile IReadOnlyList<ServiceInstance>? _instances;

    /// <summary>The instances that are alive; null where nothing is known yet.</summary>
    public IReadOnlyList<ServiceInstance>? Instances => _instances;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await LookAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(_pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var patience = new CancellationTokenSource(_patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            IReadOnlyList<ServiceInstance> instances;
            try
            {
                instances = await catalogue.ListAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new RpcException(StatusCode.Unavailable, $"The broker did not let the catalogue listen within {_patience.TotalSeconds:0} s.");
            }

            known.Add(instances.Select(static instance => instance.Service));
            _instances = instances;
            sight.Saw(nameof(CatalogueWatch));
        }
        catch (RpcException failure)
        {
            sight.Missed(nameof(CatalogueWatch), failure);
        }
    }
}
