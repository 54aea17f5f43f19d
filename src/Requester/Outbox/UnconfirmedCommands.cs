using System.Collections.Concurrent;
using Messaging.Observers;
using Messaging.Telemetry;

namespace Messaging.Outbox;

/// <summary>What was settled in a round.</summary>
/// <param name="Confirmed">How many were confirmed and deleted.</param>
/// <param name="Kept">How many are to be published again.</param>
/// <param name="Failure">Why everything has to wait; null where nothing has to.</param>
internal readonly record struct Settled(int Confirmed, int Kept, string? Failure);

/// <summary>
/// The commands that are on their way, or confirmed and not yet deleted: they are in the table and must not be published
/// beside themselves. Used by the dispatcher's loop alone; only results come from elsewhere.
/// </summary>
internal sealed class UnconfirmedCommands(
    IOutboxStore store, OutboxPublisher publisher, OutboxSignal signal, OutboxOptions options, TimeProvider time, GuardedLogger<OutboxDispatcher> logger)
{
    private const long MaxBytes = 32 * 1024 * 1024;

    private readonly ServiceHolds _holds = new(time, options.MaxDelay);
    private readonly ConcurrentQueue<Published> _results = new();
    private readonly HashSet<long> _numbers = [];

    // The ordered commands among them: those of one key are published one after the other.
    private readonly Dictionary<(string Service, string Key), long> _keys = [];
    private long _bytes;
    private bool _heldBack;

    public int Count => _numbers.Count;

    public bool HasRoom => Count < options.MaxUnconfirmed && _bytes < MaxBytes;

    /// <summary>The services to leave out now.</summary>
    public IReadOnlyCollection<string> Held => _holds.Names;

    public TimeSpan? ShortestHold => _holds.Shortest;

    /// <summary>Whether any had to wait for another of its key since the last time that this was asked, so that the table is to be read again.</summary>
    public bool TakeHeldBack()
    {
        var held = _heldBack;
        _heldBack = false;
        return held;
    }

    /// <summary>Begins to publish, unless it is on its way already, or another of its key is.</summary>
    public bool TryPublish(OutboxEntry entry)
    {
        if (_numbers.Contains(entry.Number))
        {
            return false;
        }

        if (OutboxHeaders.KeyOf(entry.Command) is { } key && !_keys.TryAdd((entry.Command.Service, key), entry.Number))
        {
            _heldBack = true;
            return false;
        }

        _numbers.Add(entry.Number);

        _bytes += entry.Command.Body.Length;
        _ = PublishAsync(entry);
        return true;
    }

    /// <summary>Sees to what has been published since the last time.</summary>
    public async Task<Settled> SettleAsync(CancellationToken cancellationToken)
    {
        List<Published>? confirmed = null;
        string? failure = null;
        var kept = 0;
        var setAside = 0;
        while (_results.TryDequeue(out var result))
        {
            if (result.Outcome == PublishOutcome.Confirmed)
            {
                _holds.Clear(result.Entry.Command.Service);
                (confirmed ??= []).Add(result);
                continue;
            }

            if (result.Outcome == PublishOutcome.NotNow)
            {
                failure ??= result.Reason;
            }
            else if (result.Outcome == PublishOutcome.Never || !MayRouteLater(result))
            {
                await SetAsideAsync(result, confirmed, cancellationToken).ConfigureAwait(false);
                setAside++;
            }

            kept++;
            Forget(result.Entry);
        }

        if (confirmed is not null)
        {
            await DeleteAsync(confirmed, cancellationToken).ConfigureAwait(false);
        }

        // Last, as those who listen to a meter are called here.
        if (setAside > 0)
        {
            MessagingTelemetry.OutboxSetAside.Add(setAside);
        }

        return new Settled(confirmed?.Count ?? 0, kept, failure);
    }

    private async Task PublishAsync(OutboxEntry entry)
    {
        _results.Enqueue(await publisher.PublishAsync(entry, options.ConfirmTimeout).ConfigureAwait(false));
        signal.Wake();
    }

    private bool MayRouteLater(Published result)
    {
        var (lasts, isFirst) = _holds.Refused(result.Entry.Command.Service);
        if (isFirst)
        {
            logger.Held(result.Entry.Command.Service, result.Reason!);
        }

        return result.Outcome != PublishOutcome.Unroutable || lasts < options.UnroutableAfter || result.Entry.Age < options.UnroutableAfter;
    }

    private async Task DeleteAsync(List<Published> confirmed, CancellationToken cancellationToken)
    {
        try
        {
            await store.DeleteAsync([.. confirmed.Select(static result => result.Entry.Number)], cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // They stay known, so that they are deleted and not published again when the database is back.
            confirmed.ForEach(_results.Enqueue);
            throw;
        }

        confirmed.ForEach(result => Forget(result.Entry));
        MessagingTelemetry.OutboxPublished.Add(confirmed.Count);
    }

    private async Task SetAsideAsync(Published result, List<Published>? confirmed, CancellationToken cancellationToken)
    {
        try
        {
            await store.SetAsideAsync(result.Entry.Number, result.Reason!, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _results.Enqueue(result);
            confirmed?.ForEach(_results.Enqueue);
            throw;
        }

        logger.SetAside(result.Entry, result.Reason!);
    }

    private void Forget(OutboxEntry entry)
    {
        if (_numbers.Remove(entry.Number))
        {
            _bytes -= entry.Command.Body.Length;
            if (OutboxHeaders.KeyOf(entry.Command) is { } key)
            {
                _keys.Remove((entry.Command.Service, key));
            }
        }
    }
}
