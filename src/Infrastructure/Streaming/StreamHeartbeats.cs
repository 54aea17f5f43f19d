using System.Collections.Concurrent;

namespace Messaging.Streaming;

/// <summary>Fills the silence of streams with signs of life, and ends those whose other side gives none.</summary>
internal sealed class StreamHeartbeats : IDisposable
{
    /// <summary>The longest that a side says nothing.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>The silence after which the other side is taken for dead.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan _look = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<StreamFlow, bool> _flows = new(ReferenceEqualityComparer.Instance);
    private readonly ITimer _timer;

    public StreamHeartbeats(TimeProvider time) =>
        _timer = time.CreateTimer(static heartbeats => ((StreamHeartbeats)heartbeats!).Look(), this, _look, _look);

    public void Add(StreamFlow flow) => _flows.TryAdd(flow, true);

    public void Remove(StreamFlow flow) => _flows.TryRemove(flow, out _);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        foreach (var (flow, _) in _flows)
        {
            if (flow.SilentFor is var silence && silence >= Limit)
            {
                flow.Owner.OnSilent(silence);
            }
            else if (flow.QuietFor >= Interval)
            {
                flow.Post(StreamNames.Alive);
            }
        }
    }
}
