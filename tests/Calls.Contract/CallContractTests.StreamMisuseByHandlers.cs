using System.Runtime.CompilerServices;

namespace Messaging.Calls.Contract;

/// <content>The requester's items in the hands of a handler that misuses them.</content>
public abstract partial class CallContractTests
{
    [Fact]
    public async Task A_handler_that_moves_twice_at_once_is_told_so_and_loses_no_item()
    {
        var asked = Signal();
        await StartWorkerAsync(new CalcScript
        {
            Total = async (items, token) =>
            {
                var reader = items.GetAsyncEnumerator(token);
                var first = reader.MoveNextAsync().AsTask();
                await Assert.ThrowsAsync<InvalidOperationException>(() => reader.MoveNextAsync().AsTask());

                // Nor may another reader take the one's items.
                var other = items.GetAsyncEnumerator(token);
                await Assert.ThrowsAsync<InvalidOperationException>(() => other.MoveNextAsync().AsTask());
                await other.DisposeAsync();
                asked.SetResult();
                var total = 0;
                for (var more = await first; more; more = await reader.MoveNextAsync())
                {
                    total += reader.Current.Value;
                }

                return new Sum(total);
            },
        });
        var calc = await StartRequesterAsync();

        Assert.Equal(6, (await SoonAsync(calc.TotalAsync(Make(), Token))).Value);

        async IAsyncEnumerable<Sum> Make([EnumeratorCancellation] CancellationToken token = default)
        {
            await asked.Task.WaitAsync(token);
            for (var number = 1; number <= 3; number++)
            {
                yield return new Sum(number);
            }
        }
    }

    [Fact]
    public async Task A_handler_may_read_the_rest_later_and_nothing_twice()
    {
        await StartWorkerAsync(new CalcScript
        {
            Total = async (items, token) =>
            {
                var total = 0;
                await foreach (var item in items.WithCancellation(token))
                {
                    total += item.Value;
                    break;
                }

                await foreach (var item in items.WithCancellation(token))
                {
                    total += item.Value;
                }

                await using var again = items.GetAsyncEnumerator(token);
                await Assert.ThrowsAsync<InvalidOperationException>(() => again.MoveNextAsync().AsTask());
                return new Sum(total);
            },
        });
        var calc = await StartRequesterAsync();

        Assert.Equal(5050, (await SoonAsync(calc.TotalAsync(NumbersAsync(100), Token))).Value);
    }

    [Fact]
    public async Task A_handler_that_disposes_its_reader_ends_the_move_that_waits()
    {
        await StartWorkerAsync(new CalcScript
        {
            Total = async (items, token) =>
            {
                var reader = items.GetAsyncEnumerator(token);
                var waiting = reader.MoveNextAsync().AsTask();
                await reader.DisposeAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
                return new Sum(1);
            },
        });
        var calc = await StartRequesterAsync();

        Assert.Equal(1, (await SoonAsync(calc.TotalAsync(NeverAsync(), Token))).Value);
    }

    [Fact]
    public async Task Items_that_a_handler_keeps_end_with_it()
    {
        var kept = new TaskCompletionSource<Task<bool>>(TaskCreationOptions.RunContinuationsAsynchronously);
        await StartWorkerAsync(new CalcScript
        {
            Total = (items, _) =>
            {
                kept.SetResult(items.GetAsyncEnumerator(CancellationToken.None).MoveNextAsync().AsTask());
                return Task.FromResult(new Sum(1));
            },
        });
        var calc = await StartRequesterAsync();

        Assert.Equal(1, (await SoonAsync(calc.TotalAsync(NeverAsync(), Token))).Value);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await SoonAsync(await SoonAsync(kept.Task)));
    }

    [Fact]
    public async Task A_handler_that_returns_no_stream_fails_its_call_only()
    {
        await StartWorkerAsync(new CalcScript { Count = static (_, _) => null!, Echo = static (_, _) => null! });
        var calc = await StartRequesterAsync();

        await FailsAsync(ReadAllAsync(calc.CountAsync(new Addends(1, 1), Token)));
        await FailsAsync(ReadAllAsync(calc.EchoAsync(NumbersAsync(3), Token)));

        Assert.Equal(3, (await SoonAsync(calc.AddAsync(new Addends(1, 2), Token))).Value);
    }

    private static async IAsyncEnumerable<Sum> NeverAsync([EnumeratorCancellation] CancellationToken token = default)
    {
        await Task.Delay(Timeout.Infinite, token);
        yield break;
    }
}
