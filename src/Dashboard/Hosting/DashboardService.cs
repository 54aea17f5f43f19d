using Messaging.Observers;
using Messaging.Watching;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Messaging.Hosting;

/// <summary>Keeps looking at the broker while the application runs.</summary>
internal sealed class DashboardService(
    CatalogueWatch catalogue, QueueWatch queues, Sampler sampler, IOptions<DashboardOptions> options, IHostEnvironment environment, GuardedLogger<DashboardService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.AllowAnonymous && !environment.IsDevelopment())
        {
            DashboardLog.IsOpen(logger);
        }

        try
        {
            // Each at its own pace: a broker that is slow to say how long its queues are holds up no sample.
            await Task.WhenAll(catalogue.RunAsync(stoppingToken), queues.RunAsync(stoppingToken), sampler.RunAsync(stoppingToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The application stops.
        }
    }
}
