using System.Runtime.CompilerServices;

namespace Messaging.Calls;

public sealed class CallWindowTests : IAsyncDisposable
{
    private const int Limit = 3;

    private readonly CallBench _bench = new(Limit);

    private CallWindow Window => _bench.Window;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public void As_many_as_the_limit_are_let_in_and_one_more_for_each_that_leaves()
    {
        Assert.Equal([true, true, true, false], Enumerable.Range(0, Limit + 1).Select(_ => Window.TryEnter()));

        Window.Leave();

        Assert.Equal([true, false], Enumerable.Range(0, 2).Select(_ => Window.TryEnter()));
        Assert.Equal(Limit, Window.Count);
    }

    [Fact]
    public async Task Those_above_the_limit_are_let_in_in_the_order_in_which_they_came()
    {
        Fill();
        var waiting = Enumerable.Range(0, 20).Select(_ => Wait()).ToList();

        for (var next = 0; next < waiting.Count; next++)
        {
            Assert.False(waiting[next].HasGoneOn);
            Window.Leave();
            await waiting[next].GoesOn;
            Assert.Equal(Limit, Window.Count);
        }
    }

    [Fact]
    public void Nobody_overtakes_those_who_wait()
    {
        Fill();
        Window.Pause(paused: true);
        var waiting = Wait();
        Window.Leave();
        Assert.Equal(Limit - 1, Window.Count);

        Assert.False(Window.TryEnter());
        Assert.False(waiting.HasGoneOn);
    }

    [Fact]
    public async Task Who_has_ended_meanwhile_is_passed_over_and_takes_no_room()
    {
        Fill();
        var ended = Enumerable.Range(0, 5).Select(_ => Wait()).ToList();
        var next = Wait();
        Assert.All(ended, call => Assert.True(call.End()));

        Window.Leave();
        await next.GoesOn;

        Assert.All(ended, call => Assert.False(call.HasGoneOn));
        Assert.Equal(Limit, Window.Count);
        Assert.True(next.End());
        Assert.Equal(Limit - 1, Window.Count);
    }

    [Fact]
    public void A_call_that_was_let_in_gives_its_room_back_when_it_ends_and_one_that_was_not_has_none_to_give()
    {
        var inside = _bench.Begin();
        Assert.True(Window.TryEnter() && inside.TryAdmit());
        var outside = _bench.Begin();

        Assert.True(outside.End());
        Assert.Equal(1, Window.Count);
        Assert.True(inside.End());
        Assert.False(inside.End());
        Assert.Equal(0, Window.Count);
    }

    [Fact]
    public async Task While_it_is_paused_nobody_is_let_in_and_then_all_that_there_is_room_for()
    {
        Window.Pause(paused: true);
        Assert.False(Window.TryEnter());
        var waiting = Enumerable.Range(0, Limit + 1).Select(_ => Wait()).ToList();
        Assert.Equal(0, Window.Count);

        Window.Pause(paused: false);
        await Task.WhenAll(waiting[..Limit].Select(call => call.GoesOn));

        Assert.Equal(Limit, Window.Count);
        Assert.False(waiting[Limit].HasGoneOn);
        Assert.True(waiting[0].End());
        await waiting[Limit].GoesOn;
    }

    [Fact]
    public async Task On_many_threads_no_wake_up_is_lost_and_the_limit_holds()
    {
        var (most, inside) = (0, 0);

        await Parallel.ForEachAsync(Enumerable.Range(0, 100_000), Many, async (number, _) =>
        {
            var call = _bench.Begin();
            if (Window.TryEnter())
            {
                Assert.True(call.TryAdmit());
            }
            else
            {
                Window.Wait(call);
                await call.GoesOn;
            }

            var now = Interlocked.Increment(ref inside);
            for (var seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
            {
                Interlocked.CompareExchange(ref most, now, seen);
            }

            if (number % 5 == 0)
            {
                await Task.Yield();
            }

            Interlocked.Decrement(ref inside);
            Assert.True(call.End());
        });

        Assert.Equal(0, Window.Count);
        Assert.Equal(Limit, most);
    }

    [Fact]
    public async Task Calls_that_end_just_when_they_are_let_in_take_nobodys_room()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 50_000), Many, async (number, _) =>
        {
            var call = _bench.Begin();
            if (Window.TryEnter())
            {
                Assert.True(call.TryAdmit());
                if (number % 5 == 0)
                {
                    await Task.Yield();
                }
            }
            else
            {
                Window.Wait(call);
                if (number % 2 == 0)
                {
                    await call.GoesOn;
                }
            }

            Assert.True(call.End());
        });

        Assert.Equal(0, Window.Count);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, Limit + 1).Select(_ => Window.TryEnter()));
    }

    [Fact]
    public void Calls_that_ended_while_they_waited_are_not_kept()
    {
        Fill();
        var ended = WaitAndEnd(20_000);

        // Collects.
        _ = GC.GetTotalMemory(forceFullCollection: true);

        Assert.InRange(ended.Count(call => call.TryGetTarget(out _)), 0, 1000);
        Assert.Equal(Limit, Window.Count);
    }

    private static ParallelOptions Many => new() { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken };

    // Not inlined, so that no local variable keeps what it made.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private List<WeakReference<CallBench.Call>> WaitAndEnd(int count)
    {
        var ended = new List<WeakReference<CallBench.Call>>();
        for (var i = 0; i < count; i++)
        {
            var call = Wait();
            Assert.True(call.End());
            ended.Add(new WeakReference<CallBench.Call>(call));
        }

        return ended;
    }

    private void Fill()
    {
        while (Window.TryEnter())
        {
        }
    }

    private CallBench.Call Wait()
    {
        var call = _bench.Begin();
        Window.Wait(call);
        return call;
    }
}
