using Messaging.Transport;

namespace Messaging.Batching;

public sealed class SendPumpTests
{
    private const int Budget = 1000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lone_item_is_sent_at_once_and_by_itself()
    {
        var pump = new SamplePump();

        await PostAsync(pump, Items(0, 1));

        Assert.Equal([1], pump.Sizes);
    }

    [Fact]
    public async Task What_waits_for_the_connection_goes_out_together_and_in_order()
    {
        var pump = new SamplePump();
        var items = Items(1, 100);

        await pump.HoldAsync(new SampleItem(0));
        foreach (var item in items)
        {
            pump.Post(item);
        }

        pump.Release();
        await EndedAsync(items);

        Assert.Equal([1, 100], pump.Sizes);
        Assert.Equal(items, pump.Sent[1]);
    }

    [Theory]
    [InlineData(1, new[] { 500, 500, 500 })]
    [InlineData(300, new[] { 3, 3, 3, 1 })]
    [InlineData(500, new[] { 2, 2, 1 })]
    [InlineData(501, new[] { 1, 1, 1 })]
    [InlineData(1000, new[] { 1, 1, 1 })]
    public async Task A_message_costs_a_worker_no_more_than_the_budget(int costUs, int[] sizes)
    {
        var pump = new SamplePump();
        var items = Items(1, sizes.Sum());

        await pump.HoldAsync(new SampleItem(0));
        foreach (var item in items)
        {
            pump.Post(item, costUs: costUs, budgetUs: costUs == 1 ? 500 : Budget);
        }

        pump.Release();
        await EndedAsync(items);

        Assert.Equal(sizes, pump.Sizes.Skip(1));
    }

    [Fact]
    public async Task Items_of_different_lanes_do_not_share_a_message()
    {
        var pump = new SamplePump();
        var items = Items(1, 30);

        await pump.HoldAsync(new SampleItem(0));
        foreach (var item in items)
        {
            pump.Post(item, lane: item.Number % 3);
        }

        pump.Release();
        await EndedAsync(items);

        Assert.Equal([10, 10, 10], pump.Sizes.Skip(1));
        Assert.All(pump.Sent.Skip(1), batch => Assert.Single(batch.Select(item => item.Number % 3).Distinct()));
    }

    [Fact]
    public async Task A_message_stays_within_its_bytes()
    {
        const int MaxBytes = 4096;
        const int FrameBytes = 1024;
        var overhead = BatchFormat.FrameHeadBytes + new FrameNames("Add", contentType: null).Bytes.Length;
        var pump = new SamplePump(MaxBytes);
        var items = Items(1, 9, FrameBytes - overhead);

        await pump.HoldAsync(new SampleItem(0));
        foreach (var item in items)
        {
            pump.Post(item);
        }

        pump.Release();
        await EndedAsync(items);

        // Four would fit without the batch's own head.
        Assert.Equal([3, 3, 3], pump.Sizes.Skip(1));
    }

    [Fact]
    public async Task A_message_has_no_more_than_1024_items()
    {
        var pump = new SamplePump();
        var items = Items(1, 2500);

        await pump.HoldAsync(new SampleItem(0));
        foreach (var item in items)
        {
            pump.Post(item);
        }

        pump.Release();
        await EndedAsync(items);

        Assert.Equal([1024, 1024, 452], pump.Sizes.Skip(1));
    }

    [Theory]
    [InlineData(BatchFormat.MaxBytes, BatchFormat.MaxFrameBytes)]
    [InlineData(1000, 1000 - BatchFormat.HeadBytes)]
    public void What_is_too_large_for_company_is_told_so(int maxBatchBytes, int largestFrame)
    {
        var pump = new SamplePump(maxBatchBytes);
        var overhead = BatchFormat.FrameHeadBytes + new FrameNames("Add", contentType: null).Bytes.Length;

        Assert.True(pump.Fits(new SampleItem(0, largestFrame - overhead)));
        Assert.False(pump.Fits(new SampleItem(0, largestFrame - overhead + 1)));
    }

    [Fact]
    public async Task A_connection_that_cannot_keep_up_is_told_once_and_so_is_that_it_has_caught_up()
    {
        const int BodyBytes = 32_000;
        var pump = new SamplePump();
        var (few, many) = (Items(1, 100, BodyBytes), Items(101, 100, BodyBytes));

        await pump.HoldAsync(new SampleItem(0));
        foreach (var item in few)
        {
            pump.Post(item);
        }

        Assert.Empty(pump.Fullness);
        foreach (var item in many)
        {
            pump.Post(item);
        }

        Assert.Equal([true], pump.Fullness);
        pump.Release();
        await EndedAsync([.. few, .. many]);
        await pump.WhenIdleAsync().WaitAsync(Token);
        Assert.Equal([true, false], pump.Fullness);

        // What was sent does not count any more.
        await PostAsync(pump, Items(201, 1, BodyBytes));
        Assert.Equal([true, false], pump.Fullness);
    }

    [Theory]
    [InlineData(TransportFailure.NotSent)]
    [InlineData(TransportFailure.Unknown)]
    public async Task A_failure_reaches_every_item_of_its_message_and_no_other(TransportFailure failure)
    {
        var pump = new SamplePump();
        var (failing, going) = (Items(1, 10), Items(11, 10));
        pump.Failure = () => pump.Sent[^1].Contains(failing[0]) ? new TransportException(failure, "cut") : null;

        await pump.HoldAsync(new SampleItem(0));
        foreach (var item in failing.Concat(going))
        {
            pump.Post(item, lane: failing.Contains(item) ? 1 : 2);
        }

        pump.Release();

        Assert.All(await EndsOfAsync(failing), end => Assert.Equal((failure, "cut"), (end!.Failure, end.Message)));
        Assert.All(await EndsOfAsync(going), Assert.Null);
    }

    [Fact]
    public async Task A_bug_below_fails_the_items_instead_of_leaving_them_waiting_and_the_pump_goes_on()
    {
        var pump = new SamplePump { Failure = static () => new InvalidOperationException("bug") };
        var (failing, going) = (Items(0, 1), Items(1, 1));

        pump.Post(failing[0]);
        var end = await failing[0].Ended;
        await pump.WhenIdleAsync().WaitAsync(Token);
        pump.Failure = static () => null;

        Assert.Equal(TransportFailure.Unknown, end!.Failure);
        Assert.Contains("bug", end.Message, StringComparison.Ordinal);
        await PostAsync(pump, going);
    }

    [Fact]
    public async Task It_is_idle_when_all_that_was_put_in_has_been_sent()
    {
        var pump = new SamplePump();
        Assert.True(pump.IsIdle && pump.WhenIdleAsync().IsCompleted);
        var items = Items(1, 10);

        await pump.HoldAsync(new SampleItem(0));
        var idle = pump.WhenIdleAsync();
        foreach (var item in items)
        {
            pump.Post(item);
        }

        Assert.False(pump.IsIdle || idle.IsCompleted);
        pump.Release();
        await idle.WaitAsync(Token);

        // What came after the question was sent too, as it came while the pump was at it.
        Assert.Equal([1, 10], pump.Sizes);
        Assert.True(pump.IsIdle && pump.WhenIdleAsync().IsCompleted);
    }

    [Fact]
    public async Task What_fails_is_no_longer_waited_for()
    {
        var pump = new SamplePump { Failure = static () => new TransportException(TransportFailure.NotSent, "cut") };
        var items = Items(0, 100);

        foreach (var item in items)
        {
            pump.Post(item);
        }

        await pump.WhenIdleAsync().WaitAsync(Token);
        Assert.All(await EndsOfAsync(items), Assert.NotNull);
    }

    [Fact]
    public async Task Nothing_is_lost_or_repeated_when_many_threads_put_in()
    {
        var pump = new SamplePump();
        var items = Items(0, 50_000);

        await Parallel.ForEachAsync(items, Token, (item, _) =>
        {
            pump.Post(item, lane: item.Number % 5, costUs: 1, Budget);
            return ValueTask.CompletedTask;
        });

        Assert.All(await EndsOfAsync(items), Assert.Null);
        Assert.Equal(items.Select(item => item.Number), pump.Sent.SelectMany(batch => batch).Select(item => item.Number).Order());
    }

    private static SampleItem[] Items(int from, int count, int bodyBytes = 1) =>
        [.. Enumerable.Range(from, count).Select(number => new SampleItem(number, bodyBytes))];

    private static async Task PostAsync(SamplePump pump, SampleItem[] items)
    {
        foreach (var item in items)
        {
            pump.Post(item);
        }

        await EndedAsync(items);
    }

    private static async Task EndedAsync(SampleItem[] items) => Assert.All(await EndsOfAsync(items), Assert.Null);

    private static Task<TransportException?[]> EndsOfAsync(SampleItem[] items) => Task.WhenAll(items.Select(item => item.Ended));
}
