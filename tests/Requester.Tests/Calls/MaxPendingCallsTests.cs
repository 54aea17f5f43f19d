using System.Collections.Concurrent;
using System.Diagnostics;
using Messaging.Calls.Contract;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Calls;

/// <summary>What becomes of calls that are more than MaxPendingCalls allows.</summary>
public sealed class MaxPendingCallsTests : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<int, TaskCompletionSource> _started = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<int, string?> _traces = new();
    private IHost? _host;
    private int _running;
    private int _most;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _release.TrySetResult();
        await _host!.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    [Fact]
    public async Task Waiting_counts_against_the_deadline_and_the_stage_is_named()
    {
        var calc = await StartAsync(options => options.MaxPendingCalls = 2);
        var inside = await FillAsync(calc, 2);

        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            calc.With(new CallOptions { Timeout = TimeSpan.FromMilliseconds(100) }).AddAsync(new Addends(3, 0), Token).WaitAsync(_patience, Token));

        Assert.Equal((StatusCode.DeadlineExceeded, false), (failure.Status, failure.MayHaveRun));
        Assert.Contains("stage 'window'", failure.Detail, StringComparison.Ordinal);
        Assert.Contains("MaxPendingCalls", failure.Detail, StringComparison.Ordinal);
        _release.SetResult();
        await SoonAsync(inside);
        Assert.Equal(4, (await calc.AddAsync(new Addends(4, 0), Token)).Value);
        Assert.DoesNotContain(3, _started.Keys);
    }

    [Fact]
    public async Task A_waiting_call_that_is_cancelled_is_never_sent()
    {
        var calc = await StartAsync(options => options.MaxPendingCalls = 1);
        var inside = await FillAsync(calc, 1);
        using var caller = new CancellationTokenSource();

        var waiting = calc.AddAsync(new Addends(2, 0), caller.Token);
        var next = calc.AddAsync(new Addends(3, 0), Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _release.SetResult();
        await SoonAsync([.. inside, next]);

        Assert.Equal([1, 3], _started.Keys.Order());
    }

    [Fact]
    public async Task Where_it_is_configured_a_call_without_room_fails_at_once()
    {
        var calc = await StartAsync(options => (options.MaxPendingCalls, options.WhenFull) = (2, FullWindowBehavior.Fail));
        var inside = await FillAsync(calc, 2);

        var call = calc.With(new CallOptions { Timeout = TimeSpan.FromHours(1) }).AddAsync(new Addends(3, 0), Token);

        // Nothing ends it but its own outcome: neither its deadline nor those that are under way.
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.WaitAsync(_patience, Token));
        Assert.Equal((StatusCode.ResourceExhausted, FailureReason.Overloaded, false), (failure.Status, failure.Reason, failure.MayHaveRun));
        Assert.Contains("MaxPendingCalls allows 2", failure.Detail, StringComparison.Ordinal);
        Assert.Equal("calc/Add", failure.Operation);
        _release.SetResult();
        await SoonAsync(inside);
        Assert.Equal(4, (await calc.AddAsync(new Addends(4, 0), Token)).Value);
        Assert.DoesNotContain(3, _started.Keys);
    }

    [Fact]
    public async Task The_operations_of_a_service_share_its_window_and_commands_have_no_part_in_it()
    {
        var calc = await StartAsync(options => (options.MaxPendingCalls, options.WhenFull) = (1, FullWindowBehavior.Fail));
        await FillAsync(calc, 1);

        var failure = await Assert.ThrowsAsync<RpcException>(() => calc.CheckAsync(new Addends(2, 0), Token));
        Assert.Equal(FailureReason.Overloaded, failure.Reason);
        await calc.RecordAsync(new Note("kept"), Token).WaitAsync(_patience, Token);
    }

    [Fact]
    public async Task However_many_call_no_more_are_under_way_than_allowed_and_all_are_answered()
    {
        const int Limit = 8;
        _release.SetResult();
        var calc = await StartAsync(options => options.MaxPendingCalls = Limit);

        var sums = await Task.WhenAll(Enumerable.Range(0, 5000).Select(number => calc.AddAsync(new Addends(number, 1), Token))).WaitAsync(_patience, Token);

        Assert.Equal(Enumerable.Range(1, 5000), sums.Select(sum => sum.Value));
        Assert.InRange(_most, 1, Limit);
    }

    [Fact]
    public async Task All_ways_for_a_call_to_end_give_its_room_back()
    {
        var calc = await StartAsync(options => options.MaxPendingCalls = 1);
        using var caller = new CancellationTokenSource();
        var cancelled = calc.AddAsync(new Addends(1, 0), caller.Token);
        await StartedAsync(1);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        await Assert.ThrowsAsync<RpcException>(() => calc.With(new CallOptions { Timeout = TimeSpan.FromMilliseconds(50) }).AddAsync(new Addends(2, 0), Token));
        _release.SetResult();
        await Assert.ThrowsAsync<RpcException>(() => calc.AddAsync(new Addends(-1, 0), Token));
        await Assert.ThrowsAsync<TooBig>(() => calc.CheckAsync(new Addends(-2, 0), Token));

        Assert.Equal(3, (await calc.AddAsync(new Addends(3, 0), Token).WaitAsync(_patience, Token)).Value);
    }

    [Fact]
    public async Task A_call_that_had_to_wait_belongs_to_its_callers_trace_all_the_same()
    {
        // Callers' activities are not this library's, as where an application traces only itself.
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => string.Equals(source.Name, "Messaging", StringComparison.Ordinal),
            Sample = static (ref options) => options.Kind == ActivityKind.Server ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
        };
        ActivitySource.AddActivityListener(listener);
        _release.SetResult();
        var calc = await StartAsync(options => options.MaxPendingCalls = 1);
        var traces = Enumerable.Range(1, 20).ToDictionary(number => number, _ => new Activity("caller").SetIdFormat(ActivityIdFormat.W3C));

        await SoonAsync(traces.Select(trace =>
        {
            trace.Value.Start();
            var call = calc.AddAsync(new Addends(trace.Key, 0), Token);
            trace.Value.Stop();
            return (Task)call;
        }));

        Assert.All(traces, trace => Assert.Equal(trace.Value.Id, _traces[trace.Key]));
    }

    private static Task SoonAsync(IEnumerable<Task> calls) => Task.WhenAll(calls).WaitAsync(_patience, Token);

    private async Task<Sum> HandleAsync(Addends request, CancellationToken token)
    {
        var now = Interlocked.Increment(ref _running);
        for (var seen = Volatile.Read(ref _most); now > seen; seen = Volatile.Read(ref _most))
        {
            Interlocked.CompareExchange(ref _most, now, seen);
        }

        try
        {
            _traces[request.Left] = Activity.Current?.ParentId;
            Started(request.Left).TrySetResult();
            await _release.Task.WaitAsync(token);
            return request.Left switch
            {
                -1 => throw new InvalidOperationException("fails"),
                -2 => throw new TooBig(1, "apple"),
                _ => new Sum(request.Left + request.Right),
            };
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private TaskCompletionSource Started(int number) =>
        _started.GetOrAdd(number, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private Task StartedAsync(int number) => Started(number).Task.WaitAsync(_patience, Token);

    /// <summary>Calls whose handlers run until they are released, numbered from 1.</summary>
    private async Task<List<Task<Sum>>> FillAsync(ICalc calc, int count)
    {
        var calls = Enumerable.Range(1, count).Select(number => calc.AddAsync(new Addends(number, 0), Token)).ToList();
        foreach (var number in Enumerable.Range(1, count))
        {
            await StartedAsync(number);
        }

        return calls;
    }

    private async Task<ICalc> StartAsync(Action<RequesterOptions> configure)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddSingleton(new CalcScript { Add = HandleAsync });
        application.Services.AddMessaging()
            .UseInMemory()
            .AddWorker<ICalc, ScriptedCalc>(options => options.Concurrency = 100)
            .AddRequester<ICalc>(configure);
        _host = application.Build();
        await _host.StartAsync(Token);
        return _host.Services.GetRequiredService<ICalc>();
    }
}
