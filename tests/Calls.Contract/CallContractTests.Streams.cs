using System.Runtime.CompilerServices;

namespace Messaging.Calls.Contract;

public abstract partial class CallContractTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10_000)]
    public async Task Items_come_in_order_then_the_end(int count)
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync(options => options.Stream.WindowItems = 64);

        var items = await SoonAsync(ReadAllAsync(calc.CountAsync(new Addends(1, count), Token)));

        Assert.Equal(Enumerable.Range(1, count), items);
    }

    [Fact]
    public async Task Items_of_all_sizes_come_in_order()
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();

        var sizes = new List<int>();
        await foreach (var item in calc.PourAsync(new Addends(100, 200_000), Token))
        {
            sizes.Add(item.Length);
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(item => item % 3 == 0 ? 200_000 : item), sizes);
    }

    [Fact]
    public async Task A_reader_that_stops_reading_stops_the_handler_within_a_window()
    {
        const int Window = 10;
        var made = 0;
        var full = Signal();
        var stopped = Signal();
        await StartWorkerAsync(Counting(Make));
        var calc = await StartRequesterAsync(options => options.Stream.WindowItems = Window);

        var reader = calc.CountAsync(new Addends(0, 0), Token).GetAsyncEnumerator(Token);
        await SoonAsync(reader.MoveNextAsync().AsTask());
        await SoonAsync(full.Task);
        await reader.DisposeAsync();
        await SoonAsync(stopped.Task);

        // One was read; what half a window gives back at once is not given back by one.
        Assert.Equal(Window, made);

        async IAsyncEnumerable<Sum> Make([EnumeratorCancellation] CancellationToken token)
        {
            using var registration = token.Register(stopped.SetResult);
            while (true)
            {
                made++;
                if (made == Window)
                {
                    full.SetResult();
                }

                yield return new Sum(made);
            }
        }
    }

    [Fact]
    public async Task A_declared_fault_comes_after_the_items_before_it()
    {
        await StartWorkerAsync(Counting(Make));
        var calc = await StartRequesterAsync();
        var items = new List<int>();

        var fault = await Assert.ThrowsAsync<TooBig>(() => SoonAsync(ReadAllAsync(calc.CountAsync(new Addends(0, 0), Token), items)));

        Assert.Equal((3, "apples"), (fault.Limit, fault.Unit));
        Assert.Equal([1, 2, 3], items);

        static async IAsyncEnumerable<Sum> Make([EnumeratorCancellation] CancellationToken token)
        {
            yield return new Sum(1);
            yield return new Sum(2);
            yield return new Sum(3);
            await Task.Yield();
            throw new TooBig(3, "apples");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Headers_come_before_the_first_item_and_trailers_with_the_end(bool fails)
    {
        await StartWorkerAsync(Counting(Make));
        var calc = await StartRequesterAsync();
        var response = new ResponseMetadata();

        await using var reader = calc.With(new CallOptions { Response = response }).CountAsync(new Addends(0, 0), Token).GetAsyncEnumerator(Token);
        Assert.True(await SoonAsync(reader.MoveNextAsync().AsTask()));

        Assert.True(response.Headers.IsCompleted);
        Assert.Equal("shop-7", (await response.Headers)["origin"]);
        if (fails)
        {
            await Assert.ThrowsAsync<TooBig>(() => SoonAsync(reader.MoveNextAsync().AsTask()));
        }
        else
        {
            Assert.False(await SoonAsync(reader.MoveNextAsync().AsTask()));
        }

        Assert.Equal("1", response.Trailers["count"]);
        Assert.Equal("shop-7", Assert.Single(await response.Headers).Value);

        async IAsyncEnumerable<Sum> Make([EnumeratorCancellation] CancellationToken token)
        {
            CallContext.Current!.ResponseHeaders["origin"] = "shop-7";
            yield return new Sum(1);
            CallContext.Current!.ResponseTrailers["count"] = "1";
            await Task.Yield();
            if (fails)
            {
                throw new TooBig(1, "items");
            }
        }
    }

    [Fact]
    public async Task Without_headers_there_are_none_to_wait_for()
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();
        var response = new ResponseMetadata();

        await SoonAsync(ReadAllAsync(calc.With(new CallOptions { Response = response }).CountAsync(new Addends(1, 2), Token)));

        Assert.Empty(await SoonAsync(response.Headers));
        Assert.Empty(response.Trailers);
    }

    [Fact]
    public async Task Many_streams_run_beside_each_other_and_beside_calls()
    {
        await StartWorkerAsync(configure: options => options.Concurrency = 2);
        var calc = await StartRequesterAsync(options => options.Stream.WindowItems = 8);

        var streams = Enumerable.Range(1, 200).Select(count => ReadAllAsync(calc.CountAsync(new Addends(1, count), Token))).ToList();
        Assert.Equal(3, (await SoonAsync(calc.AddAsync(new Addends(1, 2), Token))).Value);

        var all = await SoonAsync(Task.WhenAll(streams));
        Assert.Equal(Enumerable.Range(1, 200), all.Select(items => items.Count));
    }

    [Fact]
    public async Task A_thousand_streams_of_one_worker_advance_alike()
    {
        const int Streams = 1_000;
        const int Items = 300_000;
        await StartWorkerAsync();
        var calc = await StartRequesterAsync(options => options.Stream.WindowItems = 32);
        var counts = new int[Streams];
        var total = 0;

        await SoonAsync(Task.WhenAll(Enumerable.Range(0, Streams).Select(ReadAsync)));

        var ordered = counts.Order().ToArray();
        Assert.True(ordered[0] >= ordered[Streams / 2] / 2, $"The slowest stream had {ordered[0]} items, the median {ordered[Streams / 2]}, the fastest {ordered[^1]}.");

        async Task ReadAsync(int stream)
        {
            await Task.Yield();
            await foreach (var item in calc.CountAsync(new Addends(1, int.MaxValue), Token))
            {
                counts[stream] = item.Value;
                if (Interlocked.Increment(ref total) >= Items)
                {
                    return;
                }
            }
        }
    }

    [Fact]
    public async Task One_stream_more_than_a_worker_takes_is_refused()
    {
        var (make, started, _) = Endless();
        await StartWorkerAsync(Counting(make), options => options.MaxStreams = 1);
        var calc = await StartRequesterAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var reading = ReadAllAsync(calc.CountAsync(new Addends(0, 0), cancel.Token));
        await SoonAsync(started.Task);
        var failure = await FailsAsync(ReadAllAsync(calc.CountAsync(new Addends(0, 0), Token)));

        Assert.Equal((StatusCode.ResourceExhausted, FailureReason.Overloaded), (failure.Status, failure.Reason));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SoonAsync(reading));
    }

    private static CalcScript Counting(Func<CancellationToken, IAsyncEnumerable<Sum>> make) => new() { Count = (_, token) => make(token) };

    /// <summary>One item, then nothing until it is stopped.</summary>
    private static (Func<CancellationToken, IAsyncEnumerable<Sum>> Make, TaskCompletionSource Started, TaskCompletionSource Stopped) Endless()
    {
        var started = Signal();
        var stopped = Signal();
        return (Make, started, stopped);

        async IAsyncEnumerable<Sum> Make([EnumeratorCancellation] CancellationToken token)
        {
            yield return new Sum(1);
            started.TrySetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            }
            finally
            {
                stopped.TrySetResult();
            }
        }
    }

    private static async Task<List<int>> ReadAllAsync(IAsyncEnumerable<Sum> stream, List<int>? items = null)
    {
        items ??= [];
        await foreach (var item in stream)
        {
            items.Add(item.Value);
        }

        return items;
    }
}
