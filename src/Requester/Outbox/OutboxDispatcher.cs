using System.Globalization;
using Messaging.Observers;
using Messaging.Transport;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Messaging.Outbox;

/// <summary>
/// Publishes committed commands in order of insertion, many unconfirmed at a time, and deletes each when the broker has
/// confirmed it. One loop does everything; publishing goes on beside it and reports back.
/// </summary>
internal sealed class OutboxDispatcher(
    IOutboxStore store, OutboxPublisher publisher, OutboxSignal signal, IOptions<OutboxOptions> options, OutboxHealth health, TimeProvider time, GuardedLogger<OutboxDispatcher> logger)
    : BackgroundService
{
    private const int PageSize = 200;

    private static readonly TimeSpan _firstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _stopLimit = TimeSpan.FromSeconds(5);

    private readonly OutboxOptions _options = options.Value;
    private readonly UnconfirmedCommands _unconfirmed = new(store, publisher, signal, options.Value, time, logger);

    // A name that no other process, and no other container in this one, has.
    private readonly string _owner = $"{Environment.MachineName}/{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}/{Guid.NewGuid():N}";

    private long _lookedAt = time.GetTimestamp();
    private long _after;
    private long? _ledSince;
    private bool _lookNow = true;
    private bool _failing;
    private TimeSpan _cadence = options.Value.PollInterval;
    private TimeSpan _delay = _firstDelay;
    private TimeSpan _pause;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.PrepareAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (store.IsTransient(exception))
        {
            health.Waits(exception.Message);
            logger.Failing(exception.Message);
            _failing = true;
        }

        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    await store.PrepareAsync(stoppingToken).ConfigureAwait(false);
                    await RunRoundAsync(stoppingToken).ConfigureAwait(false);
                    health.GoesOn();
                }
                catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
                {
                    // A database may fail in any way and come back: nothing is lost meanwhile, so the outbox goes on. What
                    // has to be published again may lie before what was read last.
                    _after = 0;
                    if (exception is not TransportException)
                    {
                        health.Waits(exception.Message);
                    }

                    Back(exception.Message);
                }

                await signal.WaitAsync(NextDelay(), time, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await FinishAsync().ConfigureAwait(false);
        }
    }

    private async Task RunRoundAsync(CancellationToken cancellationToken)
    {
        var (inserted, committed) = signal.Take();
        if (inserted)
        {
            // Most transactions commit a moment after their last command.
            _cadence = _firstDelay / 2;
        }

        Note(await _unconfirmed.SettleAsync(cancellationToken).ConfigureAwait(false));
        if (_pause > TimeSpan.Zero)
        {
            await Task.Delay(_pause, time, cancellationToken).ConfigureAwait(false);
            _pause = TimeSpan.Zero;
            _lookNow = true;
        }

        _lookNow |= committed || IsDue();
        if (_lookNow && _unconfirmed.HasRoom)
        {
            await LookAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (_unconfirmed.Count > 0)
        {
            await LeadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private bool IsDue() => time.GetElapsedTime(_lookedAt) >= _cadence;

    private TimeSpan NextDelay()
    {
        if (_pause > TimeSpan.Zero || (_lookNow && _unconfirmed.HasRoom))
        {
            return TimeSpan.Zero;
        }

        if (!_unconfirmed.HasRoom)
        {
            return _options.Lease / 3;
        }

        var delay = _cadence - time.GetElapsedTime(_lookedAt);
        if (_unconfirmed.Count > 0 && delay > _options.Lease / 3)
        {
            delay = _options.Lease / 3;
        }

        return _unconfirmed.ShortestHold is { } hold && hold < delay ? hold : delay > TimeSpan.Zero ? delay : TimeSpan.FromMilliseconds(1);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        _lookedAt = time.GetTimestamp();
        var any = await store.AnyAsync(cancellationToken).ConfigureAwait(false);
        if (!any || !await LeadAsync(cancellationToken).ConfigureAwait(false))
        {
            GoOn();
            RelaxCadence();
            return;
        }

        if (!publisher.IsConnected)
        {
            await publisher.WaitForLinkAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        var page = Math.Min(PageSize, _options.MaxUnconfirmed);
        var entries = await store.ReadAsync(_after, page, _unconfirmed.Held, cancellationToken).ConfigureAwait(false);
        if (_ledSince is not { } since || time.GetElapsedTime(since) >= _options.Lease)
        {
            // The database took so long that another process may have the lease by now.
            return;
        }

        _after = entries.Count == page ? entries[^1].Number : 0;
        var published = 0;
        foreach (var entry in entries)
        {
            published += _unconfirmed.TryPublish(entry) ? 1 : 0;
        }

        _lookNow = _after > 0;
        if (published == 0)
        {
            RelaxCadence();
        }
    }

    private void RelaxCadence()
    {
        _lookNow = false;
        _cadence = TimeSpan.FromTicks(Math.Min(_cadence.Ticks * 2, _options.PollInterval.Ticks));
    }

    private async Task<bool> LeadAsync(CancellationToken cancellationToken)
    {
        if (_ledSince is { } since && time.GetElapsedTime(since) < _options.Lease / 3)
        {
            return true;
        }

        var now = time.GetTimestamp();
        var leads = await store.TryLeadAsync(_owner, _options.Lease, cancellationToken).ConfigureAwait(false);
        _ledSince = leads ? now : null;
        return leads;
    }

    private void Note(Settled settled)
    {
        if (settled.Confirmed > 0)
        {
            GoOn();
            if (_unconfirmed.TakeHeldBack())
            {
                // The next of its key lies before what was read last, and may be published now.
                _after = 0;
                _lookNow = true;
            }
        }

        if (settled.Kept > 0)
        {
            // What is still to be published lies before what was read last.
            _after = 0;
        }

        if (settled.Failure is { } failure)
        {
            Back(failure);
        }
    }

    private void GoOn()
    {
        _delay = _firstDelay;
        if (_failing)
        {
            _failing = false;
            logger.GoesOn();
        }
    }

    /// <summary>The broker or the database does not answer: the next round comes later, and later each time.</summary>
    private void Back(string reason)
    {
        if (!_failing)
        {
            _failing = true;
            logger.Failing(reason);
        }

        if (_pause == TimeSpan.Zero)
        {
            _pause = _delay * (0.5 + (Random.Shared.NextDouble() / 2));
            _delay = TimeSpan.FromTicks(Math.Min(_delay.Ticks * 2, _options.MaxDelay.Ticks));
        }
    }

    /// <summary>Stopping: waits a while for the confirms that are on their way, so that little is published twice.</summary>
    private async Task FinishAsync()
    {
        using var limit = new CancellationTokenSource(_stopLimit, time);
        try
        {
            while (_unconfirmed.Count > 0)
            {
                signal.Take();
                await _unconfirmed.SettleAsync(limit.Token).ConfigureAwait(false);
                if (_unconfirmed.Count > 0)
                {
                    await signal.WaitAsync(_stopLimit, time, limit.Token).ConfigureAwait(false);
                }
            }

            if (_ledSince is not null)
            {
                await store.ReleaseAsync(_owner, limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // What is left is published again by the next process, with the same message id; the lease runs out.
            logger.Unfinished(_unconfirmed.Count, exception.Message);
        }
    }
}
