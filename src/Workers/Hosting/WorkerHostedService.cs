using Microsoft.Extensions.Hosting;

namespace Messaging.Hosting;

/// <summary>Starts and drains a worker with its host.</summary>
internal sealed class WorkerHostedService(Func<Worker> create) : IHostedService, IAsyncDisposable
{
    private Worker? _worker;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _worker = create();
        return _worker.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _worker?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => _worker?.DisposeAsync() ?? ValueTask.CompletedTask;
}
