using Orders.Hosting;

namespace Orders.Worker;

/// <summary>Several workers in one process, each with a host of its own, competing as separate processes would.</summary>
internal sealed class WorkerCrew : IAsyncDisposable
{
    private readonly List<WorkerInstance> _workers = [];

    private WorkerCrew()
    {
    }

    /// <summary>Their names.</summary>
    public IEnumerable<string> Names => _workers.Select(worker => worker.Name);

    public static async Task<WorkerCrew> StartAsync(int size, Surroundings here, CancellationToken ct)
    {
        var crew = new WorkerCrew();
        for (var number = 1; number <= size; number++)
        {
            crew._workers.Add(await WorkerInstance.StartAsync($"worker-{number}", here, ct));
        }

        return crew;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }
    }
}
