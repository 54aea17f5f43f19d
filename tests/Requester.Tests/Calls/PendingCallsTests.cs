using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using Messaging.Wire;

namespace Messaging.Calls;

public sealed class PendingCallsTests : IAsyncDisposable
{
    private readonly CallBench _bench = new();

    private PendingCalls Calls => _bench.Calls;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public void A_call_is_found_once_by_its_id()
    {
        var call = _bench.Begin();

        Assert.True(Calls.TryTake(call.Id, out var taken));
        Assert.Same(call, taken);
        Assert.False(Calls.TryTake(call.Id, out _));
        Assert.Equal(0, Calls.Count);
    }

    [Fact]
    public void A_call_that_was_taken_out_is_not_found()
    {
        var call = _bench.Begin();

        Calls.Remove(call);
        Calls.Remove(call);

        Assert.False(Calls.TryTake(call.Id, out _));
        Assert.Equal(0, Calls.Count);
    }

    [Fact]
    public void A_strangers_id_finds_nothing_whatever_place_it_names()
    {
        var waiting = Enumerable.Range(0, 2000).Select(_ => _bench.Begin()).ToList();
        var places = Gen.OneOf(Gen.Choose(0, 4096), Gen.Elements(-1, int.MinValue, int.MaxValue, 1023, 1024, 2047, 2048), ArbMap.Default.GeneratorFor<int>());

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(10_000),
            Prop.ForAll(places.ToArbitrary(), place => !Calls.TryTake(CorrelationIds.Create(place), out _)));

        Assert.False(Calls.TryTake(UInt128.Zero, out _));
        Assert.False(Calls.TryTake(UInt128.MaxValue, out _));
        Assert.Equal(waiting.Count, Calls.Count);
        Assert.All(waiting, call => Assert.True(Calls.TryTake(call.Id, out var taken) && ReferenceEquals(call, taken)));
    }

    [Fact]
    public void An_id_that_was_answered_does_not_find_the_call_that_has_its_place_now()
    {
        var first = _bench.Begin();
        Assert.True(Calls.TryTake(first.Id, out _));

        var second = _bench.Begin();

        Assert.Equal(CorrelationIds.PlaceOf(first.Id), CorrelationIds.PlaceOf(second.Id));
        Assert.NotEqual(first.Id, second.Id);
        Assert.False(Calls.TryTake(first.Id, out _));
        Calls.Remove(first);
        Assert.True(Calls.TryTake(second.Id, out _));
    }

    [Fact]
    public void It_grows_as_calls_come_and_uses_places_again_when_they_go()
    {
        const int Many = 5000;
        var calls = Enumerable.Range(0, Many).Select(_ => _bench.Begin()).ToList();

        Assert.Equal(Many, Calls.Count);
        Assert.Equal(Many, calls.Select(call => call.Id).Distinct().Count());
        Assert.Equal(calls.ToHashSet(), Calls.ToList().Cast<CallBench.Call>().ToHashSet());

        for (var round = 0; round < 3; round++)
        {
            Assert.All(calls, call => Assert.True(Calls.TryTake(call.Id, out var taken) && ReferenceEquals(call, taken)));
            Assert.Empty(Calls.ToList());
            calls = [.. Enumerable.Range(0, Many).Select(_ => _bench.Begin())];
            Assert.All(calls, call => Assert.InRange(CorrelationIds.PlaceOf(call.Id), 0, Many - 1));
        }
    }

    [Fact]
    public async Task Of_many_that_want_a_call_one_gets_it()
    {
        var taken = new ConcurrentBag<PendingCall>();
        var calls = Enumerable.Range(0, 10_000).Select(_ => _bench.Begin()).ToList();

        await Parallel.ForEachAsync(calls.Concat(calls).Concat(calls), TestContext.Current.CancellationToken, (call, _) =>
        {
            if (Calls.TryTake(call.Id, out var found))
            {
                Assert.Same(call, found);
                taken.Add(found);
            }

            return ValueTask.CompletedTask;
        });

        Assert.Equal(calls.Count, taken.Count);
        Assert.Equal(calls.Count, taken.Distinct().Count());
        Assert.Equal(0, Calls.Count);
    }

    [Fact]
    public async Task Calls_that_come_and_go_on_many_threads_are_all_found()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), TestContext.Current.CancellationToken, (number, _) =>
        {
            // So many at once that chunks are added meanwhile.
            var calls = Enumerable.Range(0, 50 + (number % 50)).Select(_ => _bench.Begin()).ToList();
            foreach (var call in calls)
            {
                if (number % 3 == 0)
                {
                    Calls.Remove(call);
                }
                else
                {
                    Assert.True(Calls.TryTake(call.Id, out var taken));
                    Assert.Same(call, taken);
                }

                Assert.False(Calls.TryTake(call.Id, out var _));
            }

            return ValueTask.CompletedTask;
        });

        Assert.Equal(0, Calls.Count);
        Assert.Empty(Calls.ToList());
    }
}
