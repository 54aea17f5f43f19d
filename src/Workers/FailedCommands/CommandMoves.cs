using System.Collections.Concurrent;
using Messaging.Pipeline;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;

namespace Messaging.FailedCommands;

/// <summary>
/// Moves commands elsewhere: to the dead letters, or to where they wait for their retry. Where the broker does not take
/// one although the link stands, it is held here, its delivery unsettled, and published again until it is taken: its
/// handler has run, and does not run again for that. A command that is held takes no other's place.
/// </summary>
internal sealed partial class CommandMoves(string service, TimeSpan limit, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(10);

    private readonly HeldRetries _held = new(limit, time);
    private readonly ConcurrentDictionary<string, Trouble> _troubles = new(StringComparer.Ordinal);

    /// <summary>What is held at present, and why; null for nothing.</summary>
    public string? Held
    {
        get
        {
            foreach (var (target, trouble) in _troubles)
            {
                if (trouble.Describe(target) is { } text)
                {
                    return text;
                }
            }

            return null;
        }
    }

    /// <summary>Publishes the command elsewhere, and comes back when it is safe there, or can't be held any longer.</summary>
    /// <exception cref="TransportException">The link is lost.</exception>
    public async ValueTask<MoveResult> MoveAsync(WorkerCall call, OutboundMessage message)
    {
        var link = call.Delivery.Link;
        try
        {
            await link.PublishConfirmedAsync(message).ConfigureAwait(false);
            return MoveResult.Moved;
        }
        catch (TransportException exception) when (!link.IsLost)
        {
            return exception.Failure == TransportFailure.TooLarge
                ? MoveResult.TooLarge
                : await HoldAsync(call, message, exception).ConfigureAwait(false);
        }
    }

    /// <summary>What becomes of the delivery of a command that could not be moved.</summary>
    public static WorkerOutcome Return(WorkerCall call, MoveResult result) =>
        result == MoveResult.LinkLost ? WorkerOutcome.Abandoned : WorkerOutcome.Return(call);

    /// <summary>What is held goes back to its queue, now and later.</summary>
    public void Stop() => _held.Stop();

    private async ValueTask<MoveResult> HoldAsync(WorkerCall call, OutboundMessage message, TransportException failure)
    {
        var link = call.Delivery.Link;
        var target = message.DelaySeconds > 0 ? WireNames.DelayLevels : message.Queue;
        var trouble = _troubles.GetOrAdd(target, static _ => new Trouble());
        if (trouble.Begin(failure.Message))
        {
            LogHeld(logger, service, target, failure.Message);
        }

        call.HeldSince ??= time.GetTimestamp();
        call.Gate?.Park();
        var result = MoveResult.GivenBack;
        try
        {
            for (var pause = _firstPause; await _held.WaitAsync(Jitter(pause), call.HeldSince.Value, link).ConfigureAwait(false); pause = Longer(pause))
            {
                try
                {
                    await link.PublishConfirmedAsync(message).ConfigureAwait(false);
                    return result = MoveResult.Moved;
                }
                catch (TransportException exception) when (!link.IsLost)
                {
                    trouble.Note(exception.Message);
                }
            }

            if (link.IsLost)
            {
                return result = MoveResult.LinkLost;
            }

            LogGivenBack(logger, target, message.MessageId, trouble.Reason);
            return result;
        }
        finally
        {
            call.Gate?.Unpark();
            if (trouble.End() && result == MoveResult.Moved)
            {
                LogOver(logger, service, target);
            }
        }
    }

    // Many that are held must not come all at once.
    private static TimeSpan Jitter(TimeSpan pause) => pause * (0.75 + (Random.Shared.NextDouble() / 4));

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < _longestPause ? pause * 2 : _longestPause;

    [LoggerMessage(240, LogLevel.Error, "Commands of {Service} can't be moved to {Target}: they are held, unsettled, and published again until they are taken: {Reason}")]
    private static partial void LogHeld(ILogger logger, string service, string target, string reason);

    [LoggerMessage(241, LogLevel.Information, "Commands of {Service} are moved to {Target} again; none is held any more.")]
    private static partial void LogOver(ILogger logger, string service, string target);

    [LoggerMessage(218, LogLevel.Error, "A command could not be moved to '{Queue}' (message id {MessageId}) and goes back to its own queue: {Reason}")]
    private static partial void LogGivenBack(ILogger logger, string queue, string? messageId, string reason);

    /// <summary>The commands that one target does not take.</summary>
    private sealed class Trouble
    {
        private readonly Lock _lock = new();
        private int _held;

        public string Reason { get; private set; } = string.Empty;

        /// <summary>One more is held. True for the first.</summary>
        public bool Begin(string reason)
        {
            lock (_lock)
            {
                Reason = reason;
                return ++_held == 1;
            }
        }

        public void Note(string reason)
        {
            lock (_lock)
            {
                Reason = reason;
            }
        }

        /// <summary>One less is held. True for the last.</summary>
        public bool End()
        {
            lock (_lock)
            {
                return --_held == 0;
            }
        }

        public string? Describe(string target)
        {
            lock (_lock)
            {
                return _held == 0 ? null : $"It holds {_held} commands that can't be moved to {target}: {Reason}";
            }
        }
    }
}

/// <summary>What became of a command that was to be moved.</summary>
internal enum MoveResult
{
    /// <summary>It is safe elsewhere.</summary>
    Moved = 0,

    /// <summary>It goes back to its queue: the worker stops, or it has been held for too long.</summary>
    GivenBack,

    /// <summary>Its link is lost: the broker gives it to another worker.</summary>
    LinkLost,

    /// <summary>It can never be published so, being over a limit.</summary>
    TooLarge,
}
