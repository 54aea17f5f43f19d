using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Dashboard.Tests;

/// <summary>A catalogue and queues that say what a test has told them, or fail as it wants.</summary>
internal sealed class ToldFleet : IServiceCatalogue, IServiceQueues
{
    private readonly Dictionary<string, IReadOnlyList<QueueState>> _queues = new(StringComparer.Ordinal);

    public IReadOnlyList<ServiceInstance> Instances { get; set; } = [];

    /// <summary>Why nothing can be seen; null where it can.</summary>
    public RpcException? Failure { get; set; }

    public void Register(IServiceCollection services) => services.AddSingleton<IServiceCatalogue>(this).AddSingleton<IServiceQueues>(this);

    public void SetQueues(string service, long calls, long commands, long dead, int consumers) => _queues[service] =
    [
        new(service, QueuePurpose.Calls, calls, consumers),
        new($"{service}.commands", QueuePurpose.Commands, commands, consumers),
        new($"{service}.dead", QueuePurpose.DeadLetters, dead, 0),
    ];

    public ValueTask<IReadOnlyList<ServiceInstance>> ListAsync(CancellationToken cancellationToken = default) =>
        Failure is null ? new(Instances) : ValueTask.FromException<IReadOnlyList<ServiceInstance>>(Failure);

    public IAsyncEnumerable<IReadOnlyList<ServiceInstance>> WatchAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<QueueState>> ListAsync(string service, CancellationToken cancellationToken = default) =>
        Failure is null ? Task.FromResult(_queues.GetValueOrDefault(service, [])) : Task.FromException<IReadOnlyList<QueueState>>(Failure);
}
