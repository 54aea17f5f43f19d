using Messaging.Handling;

namespace Messaging.Catalogue;

/// <summary>Turns what handlers have counted into what is announced: totals, and rate and times since the announcement before.</summary>
internal sealed class LoadReport
{
    // Over less time a rate says nothing: an announcement that comes sooner repeats what the last one said.
    private static readonly TimeSpan _minWindow = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly Entry[] _entries;
    private readonly long[] _buckets = new long[HandlerLoad.Buckets];
    private long _since;

    public LoadReport(IEnumerable<OperationHandler> handlers, TimeProvider time)
    {
        _time = time;
        _since = time.GetTimestamp();
        _entries = [.. handlers.Select(static handler => new Entry(handler))];
    }

    /// <summary>What each operation has done. One caller at a time.</summary>
    public AnnouncedOperation[] Take()
    {
        var now = _time.GetTimestamp();
        var window = _time.GetElapsedTime(_since, now);
        var ends = window >= _minWindow;
        if (ends)
        {
            _since = now;
        }

        var operations = new AnnouncedOperation[_entries.Length];
        for (var i = 0; i < operations.Length; i++)
        {
            operations[i] = Take(_entries[i], ends ? window.TotalSeconds : 0);
        }

        return operations;
    }

    private AnnouncedOperation Take(Entry entry, double windowSeconds)
    {
        var load = entry.Handler.Load;

        // Failures first, as a handler is counted before its failure: never more of these than of those.
        var failed = load.Failed;
        load.CopyTo(_buckets);
        var handled = 0L;
        foreach (var count in _buckets)
        {
            handled += count;
        }

        if (windowSeconds > 0)
        {
            var ended = handled - entry.Handled;
            entry.Last = entry.Last with
            {
                Rate = Math.Round(ended / windowSeconds, 3),
                MedianUs = ended == 0 ? null : Percentile(entry, ended, 0.5),
                Percentile99Us = ended == 0 ? null : Percentile(entry, ended, 0.99),
            };
            entry.Handled = handled;
            _buckets.CopyTo(entry.Buckets, 0);
        }

        return entry.Last with { Handled = handled, Failed = failed };
    }

    private long Percentile(Entry entry, long ended, double share)
    {
        var left = (long)Math.Ceiling(ended * share);
        for (var bucket = 0; bucket < _buckets.Length; bucket++)
        {
            left -= _buckets[bucket] - entry.Buckets[bucket];
            if (left <= 0)
            {
                return HandlerLoad.MiddleOf(bucket);
            }
        }

        return HandlerLoad.MiddleOf(_buckets.Length - 1);
    }

    private sealed class Entry(OperationHandler handler)
    {
        public OperationHandler Handler { get; } = handler;

        /// <summary>What the histogram showed at the start of the window.</summary>
        public long[] Buckets { get; } = new long[HandlerLoad.Buckets];

        /// <summary>How many had ended at the start of the window.</summary>
        public long Handled { get; set; }

        public AnnouncedOperation Last { get; set; } = new() { Name = handler.Operation.Name, Kind = handler.Operation.Kind };
    }
}
