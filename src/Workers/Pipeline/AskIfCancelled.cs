using Messaging.FailedCommands;
using Messaging.Transport;
using Microsoft.Extensions.Logging;

namespace Messaging.Pipeline;

/// <summary>
/// Asks the broker whether a delayed command was cancelled. While there is no answer the command is neither run nor given
/// back, which would count as a delivery: it is held here, and then by the broker, as a delayed copy, so that it keeps no
/// other command from running. An ordered one stays here, at the head of its partition.
/// </summary>
internal sealed partial class AskIfCancelled(string service, HeldRetries held, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _lastPause = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan _copyDelay = TimeSpan.FromSeconds(30);

    // A copy comes again meanwhile: longer without a failure means that there is nothing to ask about.
    private static readonly TimeSpan _troubleLasts = 2 * _copyDelay;

    private Trouble? _trouble;

    /// <summary>Why there is no answer at present; null while nothing is wrong.</summary>
    public string? Unanswered => Volatile.Read(ref _trouble) is { } trouble && time.GetElapsedTime(trouble.Last) < _troubleLasts ? trouble.Reason : null;

    /// <summary>Whether it was; null where the call has been given another outcome, as there was no answer.</summary>
    public async ValueTask<bool?> AskAsync(WorkerCall call, string messageId)
    {
        var link = call.Delivery.Link;
        var since = time.GetTimestamp();
        for (var pause = _firstPause; ; pause = pause < _lastPause ? 2 * pause : _lastPause)
        {
            try
            {
                var cancelled = await link.IsCancelledAsync(messageId).ConfigureAwait(false);
                Answered();
                return cancelled;
            }
            catch (TransportException exception) when (!link.IsLost)
            {
                NotAnswered(exception.Message);
            }

            if (pause == _lastPause && call.Delivery.Tag.Queue != QueueKind.OrderedCommands && await TryMoveAsync(call).ConfigureAwait(false))
            {
                call.Outcome = WorkerOutcome.Dropped;
                return null;
            }

            if (!await held.WaitAsync(pause, since, link).ConfigureAwait(false))
            {
                call.Outcome = CommandMoves.Return(call, link.IsLost ? MoveResult.LinkLost : MoveResult.GivenBack);
                return null;
            }
        }
    }

    private async ValueTask<bool> TryMoveAsync(WorkerCall call)
    {
        try
        {
            await call.Delivery.Link.PublishConfirmedAsync(CommandCopy.Back(call, service).Message with { Delay = _copyDelay }).ConfigureAwait(false);
            return true;
        }
        catch (TransportException) when (!call.Delivery.Link.IsLost)
        {
            // The broker takes nothing else either: held on.
            return false;
        }
    }

    private void Answered()
    {
        if (Volatile.Read(ref _trouble) is not null && Interlocked.Exchange(ref _trouble, null) is not null)
        {
            LogAnswered(logger, service);
        }
    }

    private void NotAnswered(string reason)
    {
        if (Interlocked.Exchange(ref _trouble, new Trouble(reason, time.GetTimestamp())) is null)
        {
            LogNotAnswered(logger, service, reason);
        }
    }

    [LoggerMessage(250, LogLevel.Error, "Scheduled commands of {Service} wait, as the broker does not say whether they were cancelled: {Reason}")]
    private static partial void LogNotAnswered(ILogger logger, string service, string reason);

    [LoggerMessage(251, LogLevel.Information, "The broker says again which scheduled commands of {Service} were cancelled")]
    private static partial void LogAnswered(ILogger logger, string service);

    private sealed record Trouble(string Reason, long Last);
}
