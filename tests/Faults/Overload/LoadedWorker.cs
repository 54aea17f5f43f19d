using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Messaging.Faults.Overload;

/// <summary>Serves the contract, and counts what it begins and what becomes of it.</summary>
internal sealed class LoadedWorker(HandlerCount count, OverloadOptions options) : ILoaded
{
    private static readonly TimeSpan _shortestDelay = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _itemInterval = TimeSpan.FromMilliseconds(100);

    public async Task<Work> WorkAsync(Work request, CancellationToken cancellationToken)
    {
        var since = count.Begin();
        try
        {
            if (options.Handling >= _shortestDelay)
            {
                await Task.Delay(options.Handling, cancellationToken);
            }
            else
            {
                Compute(options.Handling);
            }

            count.Finish(since);
            return request;
        }
        catch (OperationCanceledException)
        {
            count.Stop(since);
            throw;
        }
    }

    public async IAsyncEnumerable<Work> FollowAsync(Work request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1; ; number++)
        {
            yield return new Work(number);
            await Task.Delay(_itemInterval, cancellationToken);
        }
    }

    private static void Compute(TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            // As work that has nothing to wait for.
        }
    }
}
