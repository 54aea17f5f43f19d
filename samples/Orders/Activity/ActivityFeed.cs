namespace Orders.Activity;

/// <summary>Everything that happens in this process, for the live view to show and for the tour to wait for.</summary>
internal sealed class ActivityFeed(TimeProvider time)
{
    private const int Kept = 2_000;

    private readonly Lock _lock = new();
    private readonly Queue<ActivityEntry> _history = new();
    private readonly List<Waiter> _waiters = [];

    /// <summary>Raised for each entry, in order, on the thread that published it.</summary>
    public event Action<ActivityEntry>? Published;

    public void Publish(ActivityEntry entry)
    {
        lock (_lock)
        {
            var stamped = entry with { At = time.GetLocalNow() };
            _history.Enqueue(stamped);
            if (_history.Count > Kept)
            {
                _history.Dequeue();
            }

            Published?.Invoke(stamped);
            _waiters.RemoveAll(waiter => waiter.Takes(stamped));
        }
    }

    /// <summary>The entry that matches, whether it has happened already or is still to come.</summary>
    public async Task<ActivityEntry> WaitForAsync(Func<ActivityEntry, bool> matches, CancellationToken ct)
    {
        var waiter = new Waiter(matches);
        lock (_lock)
        {
            if (_history.FirstOrDefault(matches) is { } past)
            {
                return past;
            }

            _waiters.Add(waiter);
        }

        return await waiter.Entry.WaitAsync(ct);
    }

    private sealed class Waiter(Func<ActivityEntry, bool> matches)
    {
        private readonly TaskCompletionSource<ActivityEntry> _entry = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<ActivityEntry> Entry => _entry.Task;

        public bool Takes(ActivityEntry entry) => matches(entry) && _entry.TrySetResult(entry);
    }
}
