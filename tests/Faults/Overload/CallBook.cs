using System.Collections.Concurrent;

namespace Messaging.Faults.Overload;

/// <summary>Keeps when each call was made and how it ended, for nearly nothing, until there is time to write it down.</summary>
internal sealed class CallBook
{
    private const int ChunkBits = 16;
    private const int MaxChunks = 4096;
    private const int MaxExamples = 3;

    private readonly Entry[]?[] _chunks = new Entry[MaxChunks][];
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _examples = new(StringComparer.Ordinal);
    private long _count;
    private long _answered;

    /// <summary>How many were answered so far, in time or not.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    public void Enter(long made, long ended, CallEnd end)
    {
        if (end.Outcome is CallOutcome.Answered)
        {
            Interlocked.Increment(ref _answered);
        }

        if (end.Detail is not null && _examples.GetOrAdd(end.Outcome, static _ => new ConcurrentQueue<string>()) is { Count: < MaxExamples } examples)
        {
            examples.Enqueue(end.Detail);
        }

        var index = Interlocked.Increment(ref _count) - 1;
        ref var chunk = ref _chunks[index >> ChunkBits];
        if (Volatile.Read(ref chunk) is not { } entries)
        {
            var fresh = new Entry[1 << ChunkBits];
            entries = Interlocked.CompareExchange(ref chunk, fresh, null) ?? fresh;
        }

        entries[index & ((1 << ChunkBits) - 1)] = new Entry(made, ended - made, end.Outcome);
    }

    /// <summary>Writes all down, when no call is under way any more.</summary>
    public void CopyTo(Timeline timeline)
    {
        for (var index = 0L; index < _count; index++)
        {
            var entry = _chunks[index >> ChunkBits]![index & ((1 << ChunkBits) - 1)];
            timeline.Write(new CallLine(entry.Made, entry.Took, entry.Outcome));
        }

        foreach (var (outcome, details) in _examples)
        {
            foreach (var detail in details)
            {
                timeline.Write(new ExampleLine(outcome, detail.ReplaceLineEndings(" ")));
            }
        }
    }

    private readonly record struct Entry(long Made, long Took, string Outcome);
}
