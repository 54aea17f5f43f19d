using Microsoft.Extensions.Hosting;

namespace Messaging.Faults.Overload;

/// <summary>Counts the handlers of a worker, and writes the counts down ten times a second.</summary>
internal sealed class HandlerCount(Timeline timeline) : BackgroundService
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    private long _begun;
    private long _finished;
    private long _stopped;
    private long _busy;

    /// <summary>Counts one that begins.</summary>
    /// <returns>Since when, to be told when it ends.</returns>
    public long Begin()
    {
        Interlocked.Increment(ref _begun);
        return SharedClock.Microseconds;
    }

    public void Finish(long since)
    {
        Interlocked.Increment(ref _finished);
        Interlocked.Add(ref _busy, SharedClock.Microseconds - since);
    }

    public void Stop(long since)
    {
        Interlocked.Increment(ref _stopped);
        Interlocked.Add(ref _busy, SharedClock.Microseconds - since);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval);
        try
        {
            do
            {
                timeline.Write(new HandlersLine(
                    SharedClock.Microseconds, Interlocked.Read(ref _begun), Interlocked.Read(ref _finished), Interlocked.Read(ref _stopped), Interlocked.Read(ref _busy)));
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The worker has ended.
        }
    }
}
