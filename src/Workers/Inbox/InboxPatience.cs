using Messaging.Health;
using Microsoft.Extensions.Logging;

namespace Messaging.Inbox;

/// <summary>
/// Has messages wait while the inbox's database is away, full, read-only or locked, instead of failing one after the
/// other. Whether it is, a row of its own tells: who failed alone is not held up with others, and no handler is run again
/// to find out.
/// </summary>
internal sealed partial class InboxPatience(
    string service, IInboxStore store, Participants participants, TimeProvider time, ILogger logger, CancellationToken stopping) : IParticipant
{
    private static readonly TimeSpan _firstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _maxDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _maxWatchDelay = TimeSpan.FromSeconds(2);

    // After so long without a word from those who were let in, all is taken to be well.
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private volatile InboxOutage? _outage;
    private Task<string?>? _proof;
    private string? _stuckReason;
    private int _stuck;
    private int _waiting;

    /// <summary>Whether the database is known to be away.</summary>
    public bool IsAway => _outage is not null;

    /// <summary>Whether the worker stops: nothing waits any longer.</summary>
    public bool IsStopping => stopping.IsCancellationRequested;

    ParticipantHealth IParticipant.Health =>
        new($"inbox {service}", ParticipantState.Ready, Volatile.Read(ref _waiting), LastFailure: null)
        {
            Trouble = $"It waits for its database: {_outage?.Reason ?? _stuckReason}",
        };

    /// <summary>A message was committed.</summary>
    public void Succeeded() => _outage?.End(well: true);

    /// <summary>Waits after a failure until it is worth another attempt.</summary>
    /// <param name="failures">How often the message has failed, this one included.</param>
    /// <param name="cancellationToken">Gives the message up.</param>
    /// <returns>False where the worker stops.</returns>
    public async Task<bool> WaitAsync(int failures, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        Interlocked.Increment(ref _waiting);
        try
        {
            if (_outage is { } known)
            {
                known.End(well: false);
            }
            else
            {
                await LookAsync(either.Token).ConfigureAwait(false);
            }

            var delay = TimeSpan.FromTicks(Math.Min(_firstDelay.Ticks << Math.Min(failures - 1, 20), _maxDelay.Ticks));
            await Task.Delay(delay * (0.5 + (Random.Shared.NextDouble() / 2)), time, either.Token).ConfigureAwait(false);
            if (_outage is { } outage)
            {
                await outage.Proved.WaitAsync(either.Token).ConfigureAwait(false);
            }

            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Looks whether the database takes what is written. Where it does not, all wait from now on.</summary>
    /// <returns>True where it does.</returns>
    public async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        Task<string?> proof;
        lock (_lock)
        {
            // Those who fail together look together.
            proof = _proof is { IsCompleted: false } running ? running : _proof = ProveAsync();
        }

        if (await proof.WaitAsync(cancellationToken).ConfigureAwait(false) is not { } reason)
        {
            return true;
        }

        var outage = new InboxOutage(reason);
        lock (_lock)
        {
            if (_outage is not null)
            {
                return false;
            }

            _outage = outage;
            participants.Add(this);
        }

        _ = WatchAsync(outage);
        LogAway(logger, service, reason);
        return false;
    }

    /// <summary>A message fails time and again although the database takes others.</summary>
    public void AddStuck(string operation, string? messageId, string reason)
    {
        lock (_lock)
        {
            _stuckReason = reason;
            if (++_stuck > 1)
            {
                return;
            }

            participants.Add(this);
        }

        LogStuck(logger, service, operation, messageId, reason);
    }

    /// <summary>It has been served, or given back.</summary>
    public void RemoveStuck()
    {
        lock (_lock)
        {
            if (--_stuck > 0)
            {
                return;
            }

            Leave();
        }

        LogUnstuck(logger, service);
    }

    private async Task WatchAsync(InboxOutage outage)
    {
        try
        {
            for (var delay = _firstDelay; ; delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, _maxWatchDelay.Ticks)))
            {
                await Task.Delay(delay * (0.5 + (Random.Shared.NextDouble() / 2)), time, stopping).ConfigureAwait(false);
                if (await ProveAsync().ConfigureAwait(false) is { } reason)
                {
                    outage.Reason = reason;
                }
                else if (await outage.TryAsync(_quiet, time, stopping).ConfigureAwait(false))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }

        lock (_lock)
        {
            _outage = null;
            Leave();
        }

        LogBack(logger, service);
    }

    /// <summary>Null where the database has taken a row, else why it has not.</summary>
    private async Task<string?> ProveAsync()
    {
        // A driver may work on the thread that calls it, and this one may hold the lock.
        await Task.Yield();
        try
        {
            await store.PrepareAsync(stopping).ConfigureAwait(false);
            await store.ProveAsync(stopping).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            // Whatever it is, no message can be entered.
            stopping.ThrowIfCancellationRequested();
            return exception.Message;
        }
    }

    private void Leave()
    {
        if (_outage is null && _stuck == 0)
        {
            participants.Remove(this);
        }
    }

    [LoggerMessage(206, LogLevel.Warning, "The inbox of {Service} can't use its database: {Reason} What needs it waits.")]
    private static partial void LogAway(ILogger logger, string service, string reason);

    [LoggerMessage(207, LogLevel.Information, "The inbox of {Service} uses its database again.")]
    private static partial void LogBack(ILogger logger, string service);

    [LoggerMessage(260, LogLevel.Warning, "{Service}/{Operation} waits and is tried again (message id {MessageId}), as the database fails it although it takes other writes: {Reason}")]
    private static partial void LogStuck(ILogger logger, string service, string operation, string? messageId, string reason);

    [LoggerMessage(261, LogLevel.Information, "Nothing of {Service} waits for its own writes any longer.")]
    private static partial void LogUnstuck(ILogger logger, string service);
}
