using System.Diagnostics;
using Messaging.Testing;

namespace Messaging.Faults.Operators;

/// <summary>Waits until everything is done.</summary>
internal static class Quiet
{
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until no call or command waits, is with a worker, or is on its way to the next queue.</summary>
    /// <returns>The queues where that was not so by then; empty where all is quiet.</returns>
    public static Task<IReadOnlyList<QueueCount>> WaitAsync(PrivateBroker broker, TimeSpan limit, CancellationToken cancellationToken) =>
        WaitAsync(broker, static queue => queue.IsBusy, limit, cancellationToken);

    /// <summary>Waits until no command is anywhere, while calls go on.</summary>
    /// <returns>As above.</returns>
    public static Task<IReadOnlyList<QueueCount>> WaitForCommandsAsync(PrivateBroker broker, TimeSpan limit, CancellationToken cancellationToken) =>
        WaitAsync(broker, static queue => queue is { IsBusy: true, HoldsCommands: true }, limit, cancellationToken);

    private static async Task<IReadOnlyList<QueueCount>> WaitAsync(
        PrivateBroker broker, Func<QueueCount, bool> isBusy, TimeSpan limit, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var map = await BrokerMap.DrawAsync(broker);
            List<QueueCount> busy = [.. map.Queues.Where(isBusy)];
            if (busy.Count == 0 || Stopwatch.GetElapsedTime(started) > limit)
            {
                return busy;
            }

            await Task.Delay(_pollInterval, cancellationToken);
        }
    }
}
