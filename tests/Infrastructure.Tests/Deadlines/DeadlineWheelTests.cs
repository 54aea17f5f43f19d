using Microsoft.Extensions.Time.Testing;

namespace Messaging.Deadlines;

public sealed class DeadlineWheelTests
{
    private static readonly TimeSpan _resolution = TimeSpan.FromMilliseconds(10);

    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(10_240)]
    [InlineData(3_600_000)]
    public void A_deadline_fires_once_never_early_and_within_the_resolution(int milliseconds)
    {
        using var wheel = new DeadlineWheel(_time);
        var entry = new Entry();
        wheel.Add(entry, Deadline.After(TimeSpan.FromMilliseconds(milliseconds), _time));

        _time.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
        Assert.Equal(0, entry.Fired);
        _time.Advance(TimeSpan.FromMilliseconds(1) + _resolution + _resolution);
        Assert.Equal(1, entry.Fired);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, entry.Fired);
    }

    [Fact]
    public void What_is_removed_does_not_fire()
    {
        using var wheel = new DeadlineWheel(_time);
        var removed = new Entry();
        var kept = new Entry();
        var deadline = Deadline.After(TimeSpan.FromSeconds(1), _time);
        wheel.Add(removed, deadline);
        wheel.Add(kept, deadline);

        wheel.Remove(removed);
        wheel.Remove(removed);
        wheel.Remove(new Entry());
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal((0, 1), (removed.Fired, kept.Fired));
    }

    [Fact]
    public void A_deadline_that_has_passed_fires_at_the_next_tick()
    {
        using var wheel = new DeadlineWheel(_time);
        var entry = new Entry();
        wheel.Add(entry, Deadline.After(TimeSpan.FromSeconds(-5), _time));

        _time.Advance(_resolution + _resolution);

        Assert.Equal(1, entry.Fired);
    }

    [Fact]
    public void After_a_rest_deadlines_fire_as_before()
    {
        using var wheel = new DeadlineWheel(_time);
        var first = new Entry();
        wheel.Add(first, Deadline.After(_resolution, _time));
        _time.Advance(TimeSpan.FromHours(1));
        var second = new Entry();
        wheel.Add(second, Deadline.After(TimeSpan.FromSeconds(1), _time));

        _time.Advance(TimeSpan.FromMilliseconds(990));
        Assert.Equal((1, 0), (first.Fired, second.Fired));
        _time.Advance(TimeSpan.FromMilliseconds(30));

        Assert.Equal((1, 1), (first.Fired, second.Fired));
    }

    [Fact]
    public void One_that_is_added_again_while_others_fire_disturbs_nobody()
    {
        using var wheel = new DeadlineWheel(_time);
        var soon = Deadline.After(TimeSpan.FromSeconds(1), _time);
        var later = Deadline.After(TimeSpan.FromSeconds(2), _time);
        Entry[] waiting = [new Entry(), new Entry(), new Entry()];
        Entry[] due = [new Entry(), new Entry(), new Entry(), new Entry()];
        foreach (var entry in due)
        {
            wheel.Add(entry, soon);

            // Whichever comes first adds those again whose turn to fire has not come yet.
            entry.Fires = () => Array.ForEach(Array.FindAll(due, other => other.Fired == 0), other =>
            {
                if (!wheel.Remove(other))
                {
                    wheel.Add(other, later);
                }
            });
        }

        Array.ForEach(waiting, entry => wheel.Add(entry, later));

        _time.Advance(TimeSpan.FromMilliseconds(1100));
        Assert.All(waiting, entry => Assert.Equal(0, entry.Fired));
        Assert.All(due, entry => Assert.Equal(1, entry.Fired));
        _time.Advance(TimeSpan.FromMilliseconds(1000));
        Assert.All(waiting, entry => Assert.Equal(1, entry.Fired));
    }

    [Fact]
    public async Task Adding_and_removing_from_many_threads_loses_and_repeats_nothing()
    {
        using var wheel = new DeadlineWheel(TimeProvider.System);
        var kept = new List<Entry>();
        var removed = new List<Entry>();
        await Parallel.ForEachAsync(Enumerable.Range(0, 20_000), TestContext.Current.CancellationToken, (number, _) =>
        {
            var entry = new Entry();
            wheel.Add(entry, Deadline.After(TimeSpan.FromMilliseconds(number % 50), TimeProvider.System));
            if (number % 2 == 0)
            {
                wheel.Remove(entry);
                lock (removed)
                {
                    removed.Add(entry);
                }
            }
            else
            {
                lock (kept)
                {
                    kept.Add(entry);
                }
            }

            return ValueTask.CompletedTask;
        });

        await Task.WhenAll(kept.Select(entry => entry.FiredTask)).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.All(kept, entry => Assert.Equal(1, entry.Fired));
        Assert.All(removed, entry => Assert.InRange(entry.Fired, 0, 1));
    }

    private sealed class Entry : DeadlineEntry
    {
        private readonly TaskCompletionSource _fired = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public int Fired => _count;

        public Task FiredTask => _fired.Task;

        public Action? Fires { get; set; }

        internal override void OnDeadline()
        {
            Interlocked.Increment(ref _count);
            Fires?.Invoke();
            _fired.TrySetResult();
        }
    }
}
