using System.Runtime.CompilerServices;

namespace Messaging.Calls.Contract;

/// <content>Streams in the hands of who misuses them: told so at once, and nobody else is harmed.</content>
public abstract partial class CallContractTests
{
    [Fact]
    public async Task A_second_move_while_one_is_under_way_fails_at_once_and_harms_nothing()
    {
        var gate = Signal();
        await StartWorkerAsync(Counting(Make));
        var calc = await StartRequesterAsync();
        await using var reader = calc.CountAsync(new Addends(0, 0), Token).GetAsyncEnumerator(Token);

        Assert.True(await SoonAsync(reader.MoveNextAsync().AsTask()));
        var first = reader.MoveNextAsync().AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => SoonAsync(reader.MoveNextAsync().AsTask()));
        await Assert.ThrowsAsync<InvalidOperationException>(() => SoonAsync(reader.MoveNextAsync().AsTask()));
        Assert.False(first.IsCompleted);
        gate.SetResult();

        Assert.True(await SoonAsync(first));
        Assert.Equal(2, reader.Current.Value);
        Assert.False(await SoonAsync(reader.MoveNextAsync().AsTask()));

        async IAsyncEnumerable<Sum> Make([EnumeratorCancellation] CancellationToken token)
        {
            yield return new Sum(1);
            await gate.Task.WaitAsync(token);
            yield return new Sum(2);
        }
    }

    [Fact]
    public async Task There_is_a_current_item_only_where_a_move_said_so()
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();
        var reader = calc.CountAsync(new Addends(5, 5), Token).GetAsyncEnumerator(Token);

        Assert.Throws<InvalidOperationException>(() => reader.Current);
        Assert.True(await SoonAsync(reader.MoveNextAsync().AsTask()));
        Assert.Equal(5, reader.Current.Value);
        Assert.False(await SoonAsync(reader.MoveNextAsync().AsTask()));
        Assert.Throws<InvalidOperationException>(() => reader.Current);
        Assert.False(await SoonAsync(reader.MoveNextAsync().AsTask()));
        await SoonAsync(reader.DisposeAsync().AsTask());
        await SoonAsync(reader.DisposeAsync().AsTask());
        Assert.False(await SoonAsync(reader.MoveNextAsync().AsTask()));
        Assert.Throws<InvalidOperationException>(() => reader.Current);
    }

    [Fact]
    public async Task A_reader_that_was_disposed_before_it_began_calls_nobody()
    {
        var calc = await StartRequesterAsync();
        var reader = calc.CountAsync(new Addends(5, 5), Token).GetAsyncEnumerator(Token);

        await SoonAsync(reader.DisposeAsync().AsTask());

        Assert.False(await SoonAsync(reader.MoveNextAsync().AsTask()));
    }

    [Fact]
    public async Task Disposing_a_reader_ends_the_move_that_waits_and_the_handler()
    {
        var stopped = Signal();
        await StartWorkerAsync(Counting(Make));
        var calc = await StartRequesterAsync();
        var reader = calc.CountAsync(new Addends(0, 0), Token).GetAsyncEnumerator(Token);

        Assert.True(await SoonAsync(reader.MoveNextAsync().AsTask()));
        var waiting = reader.MoveNextAsync().AsTask();
        await SoonAsync(reader.DisposeAsync().AsTask());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SoonAsync(waiting));
        await SoonAsync(stopped.Task);
        Assert.False(await SoonAsync(reader.MoveNextAsync().AsTask()));

        async IAsyncEnumerable<Sum> Make([EnumeratorCancellation] CancellationToken token)
        {
            using var registration = token.Register(stopped.SetResult);
            yield return new Sum(1);
            await Task.Delay(Timeout.Infinite, token);
        }
    }

    [Fact]
    public async Task A_stream_that_is_read_twice_is_called_twice()
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();
        var stream = calc.CountAsync(new Addends(1, 100), Token);

        var both = await SoonAsync(Task.WhenAll(ReadAllAsync(stream), ReadAllAsync(stream)));

        Assert.All(both, static items => Assert.Equal(Enumerable.Range(1, 100), items));
    }

    [Theory]
    [InlineData(ItemFault.GetThrows)]
    [InlineData(ItemFault.GetReturnsNull)]
    [InlineData(ItemFault.MoveThrows)]
    [InlineData(ItemFault.CurrentThrows)]
    [InlineData(ItemFault.DisposeThrows)]
    public async Task What_is_wrong_with_the_caller_s_items_is_what_the_caller_gets(ItemFault fault)
    {
        await StartWorkerAsync();
        var calc = await StartRequesterAsync();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => SoonAsync(calc.TotalAsync(new FaultyItems(fault), Token)));
        Assert.Contains(fault is ItemFault.GetReturnsNull ? "GetAsyncEnumerator() returned null" : "the caller's own", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => SoonAsync(ReadAllAsync(calc.EchoAsync(new FaultyItems(fault), Token))));

        Assert.Equal(6, (await SoonAsync(calc.TotalAsync(NumbersAsync(3), Token))).Value);
    }

    [Fact]
    public async Task Items_that_are_null_are_refused_at_once()
    {
        var calc = await StartRequesterAsync();

        await Assert.ThrowsAsync<ArgumentNullException>(async () => await calc.TotalAsync(null!, Token));
        Assert.Throws<ArgumentNullException>(() => calc.EchoAsync(null!, Token));
    }

    [Fact]
    public async Task What_the_caller_s_items_do_when_they_are_stopped_harms_nobody()
    {
        var registered = Signal();
        var ran = Signal();
        await StartWorkerAsync(new CalcScript
        {
            Total = async (_, token) =>
            {
                await registered.Task.WaitAsync(token);
                return new Sum(7);
            },
        });
        var calc = await StartRequesterAsync();

        Assert.Equal(7, (await SoonAsync(calc.TotalAsync(Make(), Token))).Value);
        await SoonAsync(ran.Task);
        Assert.Equal(3, (await SoonAsync(calc.AddAsync(new Addends(1, 2), Token))).Value);

        async IAsyncEnumerable<Sum> Make([EnumeratorCancellation] CancellationToken token = default)
        {
            token.Register(() =>
            {
                ran.SetResult();
                throw new InvalidOperationException("thrown where nobody listens");
            });
            registered.SetResult();
            await ran.Task;
            yield break;
        }
    }

    /// <summary>What is wrong with a caller's items.</summary>
    public enum ItemFault
    {
        GetThrows = 0,
        GetReturnsNull,
        MoveThrows,
        CurrentThrows,
        DisposeThrows,
    }

    private sealed class FaultyItems(ItemFault fault) : IAsyncEnumerable<Sum>, IAsyncEnumerator<Sum>
    {
        private int _moves;

        public Sum Current => fault is ItemFault.CurrentThrows ? throw Failure() : new Sum(1);

        public IAsyncEnumerator<Sum> GetAsyncEnumerator(CancellationToken cancellationToken) => fault switch
        {
            ItemFault.GetThrows => throw Failure(),
            ItemFault.GetReturnsNull => null!,
            _ => this,
        };

        public ValueTask<bool> MoveNextAsync() => fault is ItemFault.MoveThrows ? throw Failure() : ValueTask.FromResult(_moves++ == 0);

        public ValueTask DisposeAsync()
        {
            _moves = 0;
            return fault is ItemFault.DisposeThrows ? throw Failure() : ValueTask.CompletedTask;
        }

        private static InvalidOperationException Failure() => new("the caller's own");
    }
}
