using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls.Contract;

public abstract partial class CallContractTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000)]
    public async Task A_stream_of_requests_gets_one_reply(int count)
    {
        await StartWorkerAsync(configure: options => options.Stream.WindowItems = 64);
        var calc = await StartRequesterAsync();

        var total = await SoonAsync(calc.TotalAsync(NumbersAsync(count), Token));

        Assert.Equal(Enumerable.Range(1, count).Sum(), total.Value);
    }

    [Fact]
    public async Task Requests_of_all_sizes_come_in_order()
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();

        await SoonAsync(calc.DrinkAsync(Bytes(), Token));

        static async IAsyncEnumerable<byte[]> Bytes()
        {
            for (var size = 0; size < 100_000; size += 1000)
            {
                yield return new byte[size];
            }
        }
    }

    [Fact]
    public async Task An_echo_comes_in_order()
    {
        await StartWorkerAsync(configure: options => options.Stream.WindowItems = 32);
        var calc = await StartRequesterAsync(options => options.Stream.WindowItems = 48);

        var items = await SoonAsync(ReadAllAsync(calc.EchoAsync(NumbersAsync(5_000), Token)));

        Assert.Equal(Enumerable.Range(1, 5_000), items);
    }

    [Fact]
    public async Task A_handler_that_stops_reading_stops_the_sender_within_a_window()
    {
        const int Window = 10;
        var made = 0;
        var full = Signal();
        var go = Signal();
        await StartWorkerAsync(
            new CalcScript { Total = async (items, token) => { await go.Task.WaitAsync(token); return new Sum(7); } },
            options => options.Stream.WindowItems = Window);
        var calc = await StartRequesterAsync();

        var call = calc.TotalAsync(Make(CancellationToken.None), Token);
        await SoonAsync(full.Task);
        go.SetResult();

        // The reply comes although the items are not at their end, and ends those.
        Assert.Equal(7, (await SoonAsync(call)).Value);
        Assert.Equal(Window, made);

        async IAsyncEnumerable<Sum> Make([EnumeratorCancellation] CancellationToken token)
        {
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
    public async Task What_the_caller_s_items_throw_is_what_the_caller_gets_and_the_handler_is_stopped()
    {
        var stopped = Signal();
        await StartWorkerAsync(new CalcScript { Total = (items, token) => HangAsync(items, stopped) });
        var calc = await StartRequesterAsync();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => SoonAsync(calc.TotalAsync(Make(), Token)));

        Assert.Equal("no more", failure.Message);
        await SoonAsync(stopped.Task);

        static async IAsyncEnumerable<Sum> Make()
        {
            yield return new Sum(1);
            await Task.Yield();
            throw new InvalidOperationException("no more");
        }
    }

    [Fact]
    public async Task A_declared_fault_ends_both_directions()
    {
        var ended = Signal();
        await StartWorkerAsync(new CalcScript { Echo = Refuse });
        var calc = await StartRequesterAsync();

        var fault = await Assert.ThrowsAsync<TooBig>(() => SoonAsync(ReadAllAsync(calc.EchoAsync(Make(CancellationToken.None), Token))));

        Assert.Equal(1, fault.Limit);
        await SoonAsync(ended.Task);

        static async IAsyncEnumerable<Sum> Refuse(IAsyncEnumerable<Sum> items, [EnumeratorCancellation] CancellationToken token)
        {
            await foreach (var item in items)
            {
                yield return item;
                throw new TooBig(1, "items");
            }
        }

        async IAsyncEnumerable<Sum> Make([EnumeratorCancellation] CancellationToken token)
        {
            try
            {
                yield return new Sum(1);
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            }
            finally
            {
                ended.SetResult();
            }
        }
    }

    [Fact]
    public async Task A_caller_that_cancels_ends_its_items_and_the_handler()
    {
        var (items, started, ended) = Endless();
        var stopped = Signal();
        await StartWorkerAsync(new CalcScript { Total = (given, token) => HangAsync(given, stopped) });
        var calc = await StartRequesterAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var call = calc.TotalAsync(items(CancellationToken.None), cancel.Token);
        await SoonAsync(started.Task);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SoonAsync(call));
        await SoonAsync(ended.Task);
        await SoonAsync(stopped.Task);
    }

    [Fact]
    public async Task A_worker_that_dies_mid_upload_ends_the_call_and_its_items()
    {
        var (items, started, ended) = Endless();
        var stopped = Signal();
        var worker = await StartWorkerAsync(new CalcScript { Total = (given, token) => HangAsync(given, stopped) });
        var calc = await StartRequesterAsync();

        var call = calc.TotalAsync(items(CancellationToken.None), Token);
        await SoonAsync(started.Task);
        await KillAsync(worker);

        var failure = await FailsAsync(call);
        Assert.Equal((StatusCode.Unavailable, true), (failure.Status, failure.MayHaveRun));
        await SoonAsync(ended.Task);
        await SoonAsync(stopped.Task);
    }

    [Fact]
    public async Task A_requester_that_dies_mid_upload_ends_the_handler_s_items()
    {
        var (items, started, _) = Endless();
        var stopped = Signal();
        await StartWorkerAsync(new CalcScript { Total = (given, token) => HangAsync(given, stopped) });
        var requester = await StartHostAsync(builder => builder.AddRequester<ICalc>());

        var call = requester.Services.GetRequiredService<ICalc>().TotalAsync(items(CancellationToken.None), Token);
        await SoonAsync(started.Task);
        await KillAsync(requester);

        await FailsAsync(call);
        await SoonAsync(stopped.Task);
    }

    private static async Task<Sum> HangAsync(IAsyncEnumerable<Sum> items, TaskCompletionSource stopped)
    {
        try
        {
            await foreach (var _ in items)
            {
                // Until nothing comes.
            }

            return new Sum(0);
        }
        catch (OperationCanceledException)
        {
            stopped.TrySetResult();
            throw;
        }
    }

    private static async IAsyncEnumerable<Sum> NumbersAsync(int count)
    {
        for (var number = 1; number <= count; number++)
        {
            yield return new Sum(number);
        }
    }
}
