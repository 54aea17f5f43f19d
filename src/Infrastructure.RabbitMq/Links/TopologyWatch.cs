using Microsoft.Extensions.Logging;

namespace Messaging.RabbitMq;

/// <summary>
/// Mends what somebody deletes behind a worker's commands, though nobody publishes and no error shows it: now and then
/// everything is declared again, and commands that found no queue when they were due are brought home.
/// </summary>
internal sealed partial class TopologyWatch(
    LinkLifetime link, WorkerTopology topology, LostCommands lost, Func<CancellationToken, Task> bindControl, TimeSpan interval, ILogger logger)
{
    private bool _failing;

    /// <summary>Watches until the link is lost.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (link.Loss is null)
            {
                await LookAsync().ConfigureAwait(false);

                // Workers that started together look at different times.
                await Task.Delay(interval * (0.75 + (Random.Shared.NextDouble() / 2)), TimeProvider.System, link.LostToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (link.Loss is not null && e is OperationCanceledException or ObjectDisposedException)
        {
            // The next link watches.
        }
    }

    private async Task LookAsync()
    {
        try
        {
            await topology.DeclareAgainAsync().ConfigureAwait(false);
            await lost.BringHomeAsync(link.LostToken).ConfigureAwait(false);
            await bindControl(link.LostToken).ConfigureAwait(false);
            if (_failing)
            {
                _failing = false;
                LogWhole(logger, topology.Service);
            }
        }
        catch (Exception e)
        {
            // Whatever it is, the worker serves, and the next look may succeed.
            if (link.Loss is null && topology.IsConnected && !_failing)
            {
                _failing = true;
                LogFailing(logger, topology.Service, OpenFailures.From(e, $"what the commands of '{topology.Service}' need").Message);
            }
        }
    }

    [LoggerMessage(110, LogLevel.Warning, "What the commands of {Service} need at the broker could not be looked after: {Reason} It is tried again and again.")]
    private static partial void LogFailing(ILogger logger, string service, string reason);

    [LoggerMessage(111, LogLevel.Information, "What the commands of {Service} need at the broker is there again.")]
    private static partial void LogWhole(ILogger logger, string service);
}
