using Messaging.Observers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messaging.Inbox;

/// <summary>Prepares the inbox's store at start, and forgets what is older than its retention from time to time.</summary>
internal sealed partial class InboxPruner(
    string service, IInboxStore store, InboxPatience patience, InboxOptions options, TimeProvider time, GuardedLogger<InboxPruner> logger)
    : BackgroundService
{
    private const int PageSize = 1_000;

    private bool _failing;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.PrepareAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (store.IsTransient(exception))
        {
            // Not there yet: handlers wait for it.
            await patience.LookAsync(cancellationToken).ConfigureAwait(false);
        }

        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.PruneInterval, time);
        do
        {
            try
            {
                await store.PrepareAsync(stoppingToken).ConfigureAwait(false);
                while (await store.PruneAsync(service, options.Retention, PageSize, stoppingToken).ConfigureAwait(false) == PageSize)
                {
                }

                _failing = false;
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // What is kept too long does no harm: the next time will do. A database that is away is told of by the inbox.
                if (await patience.LookAsync(stoppingToken).ConfigureAwait(false) && !_failing)
                {
                    _failing = true;
                    LogNotPruned(logger, service, exception.Message);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    [LoggerMessage(208, LogLevel.Warning, "The inbox of {Service} was not pruned: {Reason} It is tried again.")]
    private static partial void LogNotPruned(ILogger logger, string service, string reason);
}
