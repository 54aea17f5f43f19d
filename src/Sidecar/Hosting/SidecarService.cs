using Messaging.Descriptions;
using Messaging.Discovery;
using Messaging.Forwarding;
using Messaging.Observers;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messaging.Hosting;

/// <summary>
/// Competes for calls while the server is there. While it is away nothing is taken from the queues: other workers have
/// the calls, or they wait there inside their deadlines.
/// </summary>
internal sealed partial class SidecarService(
    UpstreamServer upstream,
    UpstreamDiscovery discovery,
    ITransport transport,
    IServiceProvider provider,
    IOptions<SidecarOptions> options,
    TimeProvider time,
    GuardedLogger<SidecarService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (await FindServicesAsync(stoppingToken).ConfigureAwait(false) is not { } services)
            {
                return;
            }

            await ServeAsync(services, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until the server is there and its services are known. Null when the program stops first.</summary>
    private async Task<IReadOnlyList<ServiceDescription>?> FindServicesAsync(CancellationToken stoppingToken)
    {
        string? reported = null;
        while (true)
        {
            try
            {
                await upstream.ProbeAsync(stoppingToken).ConfigureAwait(false);

                // A server that comes back may be another version of it.
                return await discovery.FindAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException or RpcException or System.Net.Sockets.SocketException or TimeoutException)
            {
                // One line for each incident, not for each attempt.
                if (!string.Equals(reported, exception.Message, StringComparison.Ordinal))
                {
                    reported = exception.Message;
                    LogAway(logger, upstream.Address, exception.Message);
                }
            }

            try
            {
                await Task.Delay(options.Value.ConnectInterval, time, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }
    }

    private async Task ServeAsync(IReadOnlyList<ServiceDescription> services, CancellationToken stoppingToken)
    {
        var lost = upstream.Watch();
        var workers = new List<Worker>(services.Count);
        try
        {
            foreach (var description in services)
            {
                foreach (var other in provider.GetServices<ServedContract>())
                {
                    new ServedContract(description.Name, typeof(UpstreamContract), typeof(UpstreamService)).ThrowIfClashes(other);
                }

                var worker = WorkerFactory.Create(provider, new UpstreamContract(description), new UpstreamService(upstream, transport.MaxMessageBytes), description);
                workers.Add(worker);
                await worker.StartAsync(stoppingToken).ConfigureAwait(false);
            }

            LogServing(logger, upstream.Address, string.Join(", ", services.Select(static service => service.Name)));
            await lost.WaitAsync(stoppingToken).ConfigureAwait(false);
            LogLost(logger, upstream.Address);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program stops: the workers drain below.
        }
        finally
        {
            await Task.WhenAll(workers.Select(static worker => worker.StopAsync(CancellationToken.None))).ConfigureAwait(false);
            foreach (var worker in workers)
            {
                await worker.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(520, LogLevel.Information, "The gRPC server at {Upstream} serves from queues: {Services}.")]
    private static partial void LogServing(ILogger logger, Uri upstream, string services);

    [LoggerMessage(521, LogLevel.Warning, "The gRPC server at {Upstream} is away; nothing is taken from the queues meanwhile.")]
    private static partial void LogLost(ILogger logger, Uri upstream);

    [LoggerMessage(522, LogLevel.Warning, "The gRPC server at {Upstream} can't be served from queues yet: {Reason} Attempts go on.")]
    private static partial void LogAway(ILogger logger, Uri upstream, string reason);
}
