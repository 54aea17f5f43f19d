namespace Messaging.Catalogue;

public sealed class HandlerLoadTests
{
    [Fact]
    public void Every_time_has_a_step_and_its_middle_is_within_a_sixteenth_of_it()
    {
        var before = 0;
        for (long time = 0; time <= uint.MaxValue; time += Math.Max(1, time / 50))
        {
            var bucket = HandlerLoad.BucketOf((uint)time);

            Assert.InRange(bucket, before, HandlerLoad.Buckets - 1);
            Assert.InRange(HandlerLoad.MiddleOf(bucket), time - (time / 16.0) - 0.5, time + (time / 16.0) + 0.5);
            before = bucket;
        }

        Assert.Equal(HandlerLoad.Buckets - 1, HandlerLoad.BucketOf(uint.MaxValue));
    }

    [Fact]
    public async Task Counts_from_many_threads_are_all_there()
    {
        var load = new HandlerLoad();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < 10_000; i++)
                {
                    load.Count((uint)(i % 100), failed: i % 10 == number);
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        var buckets = new long[HandlerLoad.Buckets];
        load.CopyTo(buckets);
        Assert.Equal((40_000, 4000), (buckets.Sum(), load.Failed));
    }
}
