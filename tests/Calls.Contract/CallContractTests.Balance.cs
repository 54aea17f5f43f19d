using Messaging.Calls.Contract.Tapping;

namespace Messaging.Calls.Contract;

/// <summary>Packing calls must not spoil how competing workers share them.</summary>
public abstract partial class CallContractTests
{
    private const int Workers = 4;

    private static readonly TimeSpan _handling = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task Slow_handlers_get_one_call_to_a_message_and_workers_equal_shares()
    {
        const int Rounds = 12;
        var served = await StartSharingWorkersAsync(static _ => _handling);
        var tap = new MessageTap();
        var calc = await StartTappedAsync(tap);

        await SoonAsync(LoadAsync(Callers, Rounds, calc.AddAsync));

        AssertFair(served, Callers * Rounds);
        Assert.All(tap.Requests, message => Assert.False(message.IsBatch));
    }

    [Fact]
    public async Task A_worker_ten_times_slower_gets_less_than_half_of_the_others_share()
    {
        const int Rounds = 8;

        // So few at once that the handlers and not the machine's processors set the pace.
        var served = await StartSharingWorkersAsync(static worker => worker == 0 ? 10 * _handling : _handling, concurrency: 4);
        var tap = new MessageTap();
        var calc = await StartTappedAsync(tap);

        await SoonAsync(LoadAsync(Callers, Rounds, calc.AddAsync));

        Assert.Equal(Callers * Rounds, served.Sum());
        Assert.True(served[0] < served[1..].Average() / 2, $"Shares: {string.Join(", ", served)}");
        Assert.All(tap.Requests, message => Assert.False(message.IsBatch));
    }

    [Fact]
    public async Task Of_a_services_operations_the_fast_ones_are_packed_and_the_slow_ones_shared()
    {
        var slow = new int[Workers];
        foreach (var worker in Enumerable.Range(0, Workers))
        {
            await StartWorkerAsync(new CalcScript
            {
                Add = async (request, token) =>
                {
                    if (CallContext.Current!.Operation.Name is "Check")
                    {
                        await Task.Delay(_handling, token);
                        Interlocked.Increment(ref slow[worker]);
                    }

                    return new Sum(request.Left + request.Right);
                },
            });
        }

        var tap = new MessageTap();
        var calc = await StartTappedAsync(tap);
        using var enough = new CancellationTokenSource(_patience);

        // Until the fast ones have been packed, as a busy machine may take its time over them at first.
        var slowCalls = 0;
        do
        {
            await SoonAsync(Task.WhenAll(
                LoadAsync(Callers / 2, rounds: 10, calc.CheckAsync),
                LoadAsync(Callers / 2, rounds: 40, calc.AddAsync)));
            slowCalls += Callers / 2 * 10;
        }
        while (!tap.Requests.Any(static message => message.Frames.Count > 1) && !enough.IsCancellationRequested);

        AssertPacked(tap.Requests);
        Assert.DoesNotContain(tap.Requests, message => message.IsBatch && message.Frames.Any(call => call.Type is "Check"));
        AssertFair(slow, slowCalls);
    }

    private static void AssertFair(int[] served, int calls)
    {
        var shares = $"Shares: {string.Join(", ", served)}";
        TestContext.Current.TestOutputHelper?.WriteLine(shares);
        Assert.Equal(calls, served.Sum());
        Assert.All(served, count => Assert.True(count <= 1.3 * calls / Workers, shares));
    }

    /// <summary>Workers whose handlers take their time. What each has served is counted.</summary>
    private async Task<int[]> StartSharingWorkersAsync(Func<int, TimeSpan> handling, int? concurrency = null)
    {
        var served = new int[Workers];
        foreach (var worker in Enumerable.Range(0, Workers))
        {
            var script = new CalcScript
            {
                Add = async (request, token) =>
                {
                    await Task.Delay(handling(worker), token);
                    Interlocked.Increment(ref served[worker]);
                    return new Sum(request.Left + request.Right);
                },
            };
            await StartWorkerAsync(script, options => options.Concurrency = concurrency ?? options.Concurrency);
        }

        return served;
    }
}
