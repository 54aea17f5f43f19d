using Microsoft.Extensions.Hosting;

namespace Messaging.Faults.Overload;

/// <summary>Counts the handlers of a worker, and writes the counts down ten times a second.</summary>
internal sealed class HandlerCount(Timeline timeline) : BackgroundService
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    private long _begun;
    private long _finished;
    private long _stopped;

    public void Begin() => Interlocked.Increment(ref _begun);

    public void Finish() => Interlocked.Increment(ref _finished);

    public void Stop() => Interlocked.Increment(ref _stopped);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_interval);
        try
        {
            do
            {
                timeline.Write(new HandlersLine(SharedClock.Microseconds, Interlocked.Read(ref _begun), Interlocked.Read(ref _finished), Interlocked.Read(ref _stopped)));
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The worker has ended.
        }
    }
}
