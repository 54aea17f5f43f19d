using System.Collections.Concurrent;

namespace Messaging.Running;

/// <summary>Cancellation sources that were never cancelled, to be used again.</summary>
internal sealed class SourcePool
{
    private const int Kept = 256;

    private readonly ConcurrentQueue<CancellationTokenSource> _sources = new();

    public CancellationTokenSource Rent() => _sources.TryDequeue(out var source) ? source : new CancellationTokenSource();

    public void Return(CancellationTokenSource source)
    {
        // TryReset also takes off what a handler left registered.
        if (_sources.Count < Kept && source.TryReset())
        {
            _sources.Enqueue(source);
        }
        else
        {
            source.Dispose();
        }
    }
}
