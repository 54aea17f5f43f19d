using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls.Contract;

public abstract partial class CallContractTests
{
    [Fact]
    public async Task A_handler_that_fails_mid_stream_ends_it_with_a_status()
    {
        await StartWorkerAsync(Counting(static _ => throw new InvalidOperationException("secret")));
        var calc = await StartRequesterAsync();

        var failure = await FailsAsync(ReadAllAsync(calc.CountAsync(new Addends(0, 0), Token)));

        Assert.Equal((StatusCode.Unknown, "calc/Count"), (failure.Status, failure.Operation));
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_reader_is_told_at_once_and_its_handler_stopped()
    {
        var (make, started, stopped) = Endless();
        await StartWorkerAsync(Counting(make));
        var calc = await StartRequesterAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var reading = ReadAllAsync(calc.CountAsync(new Addends(0, 0), cancel.Token));
        await SoonAsync(started.Task);
        await cancel.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SoonAsync(reading));
        Assert.Equal(cancel.Token, cancelled.CancellationToken);
        await SoonAsync(stopped.Task);
    }

    [Fact]
    public async Task The_deadline_of_the_whole_ends_a_stream_and_its_handler()
    {
        var (make, _, stopped) = Endless();
        await StartWorkerAsync(Counting(make));
        var calc = await StartRequesterAsync();

        var failure = await FailsAsync(ReadAllAsync(calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(1) }).CountAsync(new Addends(0, 0), Token)));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.Status);
        await SoonAsync(stopped.Task);
    }

    [Fact]
    public async Task A_reader_that_waits_for_an_item_for_too_long_is_told_so()
    {
        var (make, _, stopped) = Endless();
        await StartWorkerAsync(Counting(make));
        var calc = await StartRequesterAsync(options => options.Stream.ItemTimeout = TimeSpan.FromMilliseconds(500));
        var items = new List<int>();

        var failure = await FailsAsync(ReadAllAsync(calc.CountAsync(new Addends(0, 0), Token), items));

        Assert.Equal((StatusCode.DeadlineExceeded, true), (failure.Status, failure.Detail.Contains("ItemTimeout", StringComparison.Ordinal)));
        Assert.Equal([1], items);
        await SoonAsync(stopped.Task);
    }

    [Fact]
    public async Task The_first_item_has_its_time_too()
    {
        await StartWorkerAsync(Counting(Make));
        var calc = await StartRequesterAsync(options => options.Stream.ItemTimeout = TimeSpan.FromMilliseconds(500));

        var failure = await FailsAsync(ReadAllAsync(calc.CountAsync(new Addends(0, 0), Token)));

        Assert.Equal((StatusCode.DeadlineExceeded, true), (failure.Status, failure.Detail.Contains("ItemTimeout", StringComparison.Ordinal)));

        static async IAsyncEnumerable<Sum> Make([EnumeratorCancellation] CancellationToken token)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
            yield return new Sum(1);
        }
    }

    [Fact]
    public async Task A_stream_that_lasts_takes_no_call_s_room()
    {
        var (make, _, _) = Endless();
        await StartWorkerAsync(Counting(make));
        var calc = await StartRequesterAsync(options =>
        {
            options.MaxPendingCalls = 1;
            options.WhenFull = FullWindowBehavior.Fail;
        });
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var response = new ResponseMetadata();
        var reading = ReadAllAsync(calc.With(new CallOptions { Response = response }).CountAsync(new Addends(0, 0), cancel.Token));
        await SoonAsync(response.Headers);

        Assert.Equal(3, (await SoonAsync(calc.AddAsync(new Addends(1, 2), Token))).Value);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SoonAsync(reading));
        Assert.Equal(7, (await SoonAsync(calc.AddAsync(new Addends(3, 4), Token))).Value);
    }

    [Fact]
    public async Task A_stream_that_nobody_serves_fails_at_once()
    {
        var calc = await StartRequesterAsync();

        var failure = await FailsAsync(ReadAllAsync(calc.CountAsync(new Addends(1, 1), Token)));

        Assert.Equal((StatusCode.Unavailable, FailureReason.NoRoute), (failure.Status, failure.Reason));
    }

    [Fact]
    public async Task A_stream_whose_worker_dies_ends_and_never_looks_complete()
    {
        var (make, started, stopped) = Endless();
        var worker = await StartWorkerAsync(Counting(make));
        var calc = await StartRequesterAsync();
        var items = new List<int>();

        var response = new ResponseMetadata();
        var reading = ReadAllAsync(calc.With(new CallOptions { Response = response }).CountAsync(new Addends(0, 0), Token), items);
        await SoonAsync(started.Task);

        // One that dies before it was heard of has the call redelivered, as to any other worker.
        await SoonAsync(response.Headers);
        await KillAsync(worker);

        var failure = await FailsAsync(reading);
        Assert.Equal((StatusCode.Unavailable, true), (failure.Status, failure.MayHaveRun));
        await SoonAsync(stopped.Task);
    }

    [Fact]
    public async Task A_stream_whose_requester_dies_frees_its_handler()
    {
        var (make, started, stopped) = Endless();
        await StartWorkerAsync(Counting(make));
        var requester = await StartHostAsync(builder => builder.AddRequester<ICalc>());

        var reading = ReadAllAsync(requester.Services.GetRequiredService<ICalc>().CountAsync(new Addends(0, 0), Token));
        await SoonAsync(started.Task);
        await KillAsync(requester);

        await FailsAsync(reading);
        await SoonAsync(stopped.Task);
    }

    [Fact]
    public async Task A_worker_that_stops_lets_its_streams_end()
    {
        var go = Signal();
        var started = Signal();
        var worker = await StartWorkerAsync(Counting(Make));
        var calc = await StartRequesterAsync();

        var reading = ReadAllAsync(calc.CountAsync(new Addends(0, 0), Token));
        await SoonAsync(started.Task);
        var stopping = worker.StopAsync(Token);
        go.SetResult();

        Assert.Equal([1, 2], await SoonAsync(reading));
        await SoonAsync(stopping);

        async IAsyncEnumerable<Sum> Make([EnumeratorCancellation] CancellationToken token)
        {
            yield return new Sum(1);
            started.SetResult();
            await go.Task.WaitAsync(token);
            yield return new Sum(2);
        }
    }

    [Fact]
    public async Task A_worker_that_reaches_its_drain_limit_ends_its_streams_with_a_status()
    {
        var (make, started, stopped) = Endless();
        var worker = await StartWorkerAsync(Counting(make), options => options.DrainTimeout = TimeSpan.FromMilliseconds(100));
        var calc = await StartRequesterAsync();

        var reading = ReadAllAsync(calc.CountAsync(new Addends(0, 0), Token));
        await SoonAsync(started.Task);
        await SoonAsync(worker.StopAsync(Token));

        var failure = await FailsAsync(reading);
        Assert.Equal((StatusCode.Unavailable, true), (failure.Status, failure.Detail.Contains("drain limit", StringComparison.Ordinal)));
        await SoonAsync(stopped.Task);
    }
}
