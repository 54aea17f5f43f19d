using Messaging.Calls.Contract;
using Messaging.InMemory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Calls;

/// <summary>What becomes of calls whose queue went away with its node.</summary>
public sealed class MovedCallsTests : IAsyncDisposable
{
    private const string Queue = "calc";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryBroker _broker = new();
    private ServiceProvider? _services;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private BrokerFaults Faults => _broker.Faults;

    public async ValueTask DisposeAsync()
    {
        await _services!.DisposeAsync();
        _broker.Dispose();
    }

    [Fact]
    public async Task A_call_that_may_be_lost_is_sent_again_with_its_id_where_it_may_be_repeated()
    {
        var calc = await StartAsync();
        var again = calc.AddAgainAsync(new Addends(1, 2), Token);
        var once = calc.AddAsync(new Addends(3, 4), Token);
        var sent = await TakeAsync(2);

        Faults.MoveCalls(Queue);

        var repeated = Assert.Single(await TakeAsync(1));
        Assert.Equal("AddAgain", repeated.Type);
        Assert.Equal(sent.Single(message => message.Type is "AddAgain").CorrelationId, repeated.CorrelationId);
        Assert.False(again.IsCompleted || once.IsCompleted);
    }

    [Fact]
    public async Task Nothing_is_sent_again_where_retries_are_off()
    {
        var calc = await StartAsync(static options => options.Retry.MaxAttempts = 1);
        _ = calc.AddAgainAsync(new Addends(1, 2), Token);
        await TakeAsync(1);

        Faults.MoveCalls(Queue);
        Faults.MoveCalls("another");
        _ = calc.AddAsync(new Addends(3, 4), Token);

        Assert.Equal("Add", Assert.Single(await TakeAsync(1)).Type);
    }

    [Fact]
    public async Task A_call_that_found_no_queue_until_its_deadline_says_that_the_node_is_away()
    {
        var calc = await StartAsync();
        Faults.KeepCallsAway(Queue, "the node that holds the queue 'calc' is away");

        var failure = await FailsAsync(calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(1) }).AddAsync(new Addends(1, 2), Token));

        Assert.Equal((StatusCode.DeadlineExceeded, FailureReason.NodeDown), (failure.Status, failure.Reason));
        Assert.StartsWith("The timeout of 1 s passed at stage 'queue' (NodeDown): the node that holds the queue 'calc' is away.", failure.Detail, StringComparison.Ordinal);

        Faults.KeepCallsAway(Queue, why: null);
        failure = await FailsAsync(calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(1) }).AddAsync(new Addends(1, 2), Token));
        Assert.Equal((StatusCode.DeadlineExceeded, FailureReason.None), (failure.Status, failure.Reason));
    }

    private async Task<RpcException> FailsAsync(Task<Sum> call)
    {
        var limit = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (!call.IsCompleted)
        {
            Assert.InRange(Environment.TickCount64, 0, limit);
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        return await Assert.ThrowsAsync<RpcException>(() => call);
    }

    /// <summary>Waits for so many messages in the queue, and takes them.</summary>
    private async Task<List<TakenMessage>> TakeAsync(int count)
    {
        var limit = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (Faults.Peek(Queue).Count < count)
        {
            Assert.InRange(Environment.TickCount64, 0, limit);
            await Task.Yield();
        }

        var taken = Faults.Peek(Queue).Select(static message => new TakenMessage(message.Type, message.CorrelationId)).ToList();
        Faults.Take(Queue);
        Assert.Equal(count, taken.Count);
        return taken;
    }

    private async Task<ICalc> StartAsync(Action<RequesterOptions>? configure = null)
    {
        _broker.Declare(Queue, QueueArguments.DeadLetters);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_time);
        services.AddMessaging().UseInMemory(_broker).AddRequester<ICalc>(options =>
        {
            options.Timeout = TimeSpan.FromDays(1);
            options.Batching = false;
            configure?.Invoke(options);
        });
        _services = services.BuildServiceProvider();
        var calc = _services.GetRequiredService<ICalc>();

        // Connected, so that what a test does next meets an open link.
        _ = calc.AddAsync(new Addends(0, 0), Token);
        await TakeAsync(1);
        return calc;
    }

    private sealed record TakenMessage(string? Type, string? CorrelationId);
}
