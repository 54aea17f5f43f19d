using Messaging.Transport;
using Microsoft.Extensions.Logging;

namespace Messaging.Running;

/// <summary>
/// Has the broker forget the cancelled commands that came by one link and were dropped, a while later: a requester that
/// lost its connection may have sent such a command twice, and the copy has to be dropped too. Only as long as the link
/// stands, as then the broker knows that they were acknowledged; after it they may come again. What is not forgotten so
/// goes by itself some weeks later.
/// </summary>
internal sealed partial class ForgetCancelled(WorkerLink link, TimeProvider time, ILogger logger)
{
    /// <summary>How long after it was dropped. A requester sends a command again within its deadline, 30 s by default.</summary>
    public static readonly TimeSpan After = TimeSpan.FromSeconds(35);

    private const int BatchSize = 1000;
    private const int MaxWaiting = 100_000;

    private readonly Lock _lock = new();
    private readonly Queue<(string MessageId, long DroppedAt)> _waiting = new();
    private bool _running;
    private bool _warned;

    /// <summary>A command was dropped.</summary>
    public void Add(string messageId)
    {
        lock (_lock)
        {
            if (_waiting.Count >= MaxWaiting)
            {
                return;
            }

            _waiting.Enqueue((messageId, time.GetTimestamp()));
            if (_running)
            {
                return;
            }

            _running = true;
        }

        _ = RunAsync();
    }

    private async Task RunAsync()
    {
        while (TryPeek(out var left))
        {
            if (left > TimeSpan.Zero)
            {
                using var waiting = new CancellationTokenSource();
                await Task.WhenAny(Task.Delay(left, time, waiting.Token), link.Lost).ConfigureAwait(false);
                await waiting.CancelAsync().ConfigureAwait(false);
            }

            if (link.IsLost)
            {
                return;
            }

            await ForgetAsync(TakeDue()).ConfigureAwait(false);
        }
    }

    private async Task ForgetAsync(List<string> messageIds)
    {
        try
        {
            await link.ForgetCancelledAsync(messageIds).ConfigureAwait(false);
        }
        catch (TransportException exception)
        {
            if (!link.IsLost && !_warned)
            {
                _warned = true;
                LogNotForgotten(logger, messageIds.Count, exception.Message);
            }

            // Tried again as if they had been dropped just now.
            messageIds.ForEach(Add);
        }
    }

    private bool TryPeek(out TimeSpan left)
    {
        lock (_lock)
        {
            if (!_waiting.TryPeek(out var first))
            {
                left = default;
                return _running = false;
            }

            left = After - time.GetElapsedTime(first.DroppedAt);
            return true;
        }
    }

    private List<string> TakeDue()
    {
        var due = new List<string>();
        lock (_lock)
        {
            while (due.Count < BatchSize && _waiting.TryPeek(out var first) && time.GetElapsedTime(first.DroppedAt) >= After)
            {
                due.Add(_waiting.Dequeue().MessageId);
            }
        }

        return due;
    }

    [LoggerMessage(252, LogLevel.Warning, "{Count} cancelled commands that were dropped could not be forgotten: {Reason} It is tried again; in the end they go by themselves.")]
    private static partial void LogNotForgotten(ILogger logger, int count, string reason);
}
