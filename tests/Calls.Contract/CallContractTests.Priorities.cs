using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Calls.Contract;

public abstract partial class CallContractTests
{
    [Fact]
    public async Task An_urgent_command_overtakes_a_backlog_of_ordinary_ones()
    {
        var runs = new ConcurrentQueue<string>();
        var release = Signal();
        var (rushed, asked, booked) = (Signal(), Signal(), Signal());
        await StartShippingAsync(
            new ShippingScript
            {
                Book = async (parcel, _) =>
                {
                    if (parcel.Order is "urgent")
                    {
                        asked.SetResult();
                        return;
                    }

                    await release.Task;
                    runs.Enqueue($"book {parcel.Number}");
                    if (parcel.Number == 19)
                    {
                        booked.SetResult();
                    }
                },
                Rush = (_, _) =>
                {
                    rushed.SetResult();
                    return Task.CompletedTask;
                },
            },
            static options => options.CommandConcurrency = 1);
        var shipping = await StartShippingRequesterAsync();
        foreach (var number in Enumerable.Range(0, 20))
        {
            await SoonAsync(shipping.BookAsync(new Parcel("a", number), Token));
        }

        await SoonAsync(shipping.RushAsync(new Parcel("a", 100), Token));
        await SoonAsync(shipping.With(new CallOptions { Priority = CommandPriority.High }).BookAsync(new Parcel("urgent", 0), Token));

        await SoonAsync(Task.WhenAll(rushed.Task, asked.Task));
        Assert.Empty(runs);
        release.SetResult();
        await SoonAsync(booked.Task);
        Assert.Equal(Enumerable.Range(0, 20).Select(static number => $"book {number}"), runs);
    }

    [Fact]
    public async Task Retries_dead_letters_replays_and_delays_of_an_urgent_command_stay_urgent()
    {
        var attempts = new ConcurrentQueue<int>();
        var release = Signal();
        var (held, replayed) = (Signal(), Signal());
        await StartShippingAsync(
            new ShippingScript
            {
                Book = (_, _) =>
                {
                    held.TrySetResult();
                    return release.Task;
                },
                Rush = (_, _) =>
                {
                    attempts.Enqueue(CallContext.Current!.Attempt);
                    if (attempts.Count <= 2)
                    {
                        throw new InvalidOperationException("no ink");
                    }

                    replayed.SetResult();
                    return Task.CompletedTask;
                },
            },
            static options =>
            {
                options.CommandConcurrency = 1;
                options.CommandRetry = new CommandRetryOptions { MaxAttempts = 2, ImmediateRetries = 0, BaseDelay = TimeSpan.FromSeconds(1) };
            });
        var host = await StartHostAsync(static builder => builder.AddRequester<IShipping>());
        var shipping = host.Services.GetRequiredService<IShipping>();
        var dead = host.Services.GetRequiredService<IDeadLetters>();
        var id = Guid.NewGuid().ToString("N");

        // The only slot for ordinary commands is taken, so whatever runs meanwhile has stayed urgent.
        await SoonAsync(shipping.BookAsync(new Parcel("a", 0), Token));
        await SoonAsync(held.Task);
        await SoonAsync(shipping.With(new CallOptions { MessageId = id, Delay = TimeSpan.FromSeconds(1) }).RushAsync(new Parcel("a", 1), Token));
        DeadLetter? letter;
        while ((letter = (await SoonAsync(dead.ListAsync("shipping", 1000, Token))).FirstOrDefault(IsIt)) is null)
        {
            await Task.Yield();
        }

        Assert.Equal(("shipping.commands.high", 2L), (letter.Queue, letter.Attempts));
        while (await SoonAsync(dead.CountAsync("shipping", Token)) == 0)
        {
            // Back from the look at it.
            await Task.Yield();
        }

        Assert.Equal(1, await SoonAsync(dead.ReplayAsync("shipping", IsIt, cancellationToken: Token)));
        await SoonAsync(replayed.Task);
        Assert.Equal([1, 2, 1], attempts);
        release.SetResult();

        bool IsIt(DeadLetter one) => string.Equals(one.MessageId, id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_priority_that_the_contract_does_not_provide_is_refused_at_once()
    {
        var calc = (await StartRequesterAsync()).With(new CallOptions { Priority = CommandPriority.High });

        var refused = await Assert.ThrowsAsync<ArgumentException>(() => calc.RecordAsync(new Note("a"), Token));
        Assert.Contains("[Command(Priority = CommandPriority.Normal)]", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => calc.AddAsync(new Addends(1, 2), Token));
    }

    protected Task<IHost> StartShippingAsync(ShippingScript script, Action<WorkerOptions>? configure = null) =>
        StartHostAsync(builder =>
        {
            builder.Services.AddSingleton(script);
            builder.AddWorker<IShipping, ScriptedShipping>(configure);
        });

    protected async Task<IShipping> StartShippingRequesterAsync() =>
        (await StartHostAsync(static builder => builder.AddRequester<IShipping>())).Services.GetRequiredService<IShipping>();
}
