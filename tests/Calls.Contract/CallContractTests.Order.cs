using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls.Contract;

public abstract partial class CallContractTests
{
    // Of four partitions each has some: see CommandPartitionTests.
    private static readonly string[] _orders = [.. Enumerable.Range(1, 12).Select(static number => $"order-{number}")];

    [Fact]
    public async Task Commands_of_one_key_run_in_order_while_workers_come_and_share_the_partitions()
    {
        var log = new OrderLog();
        await StartShippingAsync(log.Script("first"), Balance);
        var shipping = await StartShippingRequesterAsync();
        await SoonAsync(SendAsync(shipping, 0));
        await StartShippingAsync(log.Script("second"), Balance);

        // Until both have run some: a worker that joins gets its share while commands flow.
        var rounds = 1;
        for (; !log.Workers("second").Any() || !log.Workers("first", after: log.CountAtJoin("second")).Any(); rounds++)
        {
            Assert.InRange(rounds, 1, 300);
            await SoonAsync(SendAsync(shipping, rounds));
            await SoonAsync(log.UntilAsync(_orders, (rounds + 1) * 10));
        }

        await SoonAsync(log.UntilAsync(_orders, rounds * 10));
        log.AssertOrder(_orders, rounds * 10, repeats: false);
    }

    [Fact]
    public async Task The_partitions_of_a_worker_that_dies_go_on_elsewhere_with_what_it_had_begun()
    {
        var log = new OrderLog();
        var held = Signal();
        var victim = await StartShippingAsync(
            new ShippingScript
            {
                Move = async (parcel, token) =>
                {
                    if (parcel.Number == 3)
                    {
                        held.TrySetResult();
                        await Task.Delay(Timeout.InfiniteTimeSpan, token);
                    }

                    log.Add("victim", parcel);
                },
            },
            Balance);
        await StartShippingAsync(log.Script("heir"), Balance);
        var shipping = await StartShippingRequesterAsync();

        await SoonAsync(SendAsync(shipping, 0));
        await SoonAsync(held.Task);
        await KillAsync(victim);

        await SoonAsync(log.UntilAsync(_orders, 10));
        log.AssertOrder(_orders, 10, repeats: true);
        Assert.NotEmpty(log.Workers("heir"));
    }

    [Fact]
    public async Task A_worker_that_stops_finishes_what_runs_and_hands_its_partitions_over_in_order()
    {
        var log = new OrderLog();
        var (held, release) = (Signal(), Signal());
        var leaver = await StartShippingAsync(
            new ShippingScript
            {
                Move = async (parcel, _) =>
                {
                    held.TrySetResult();
                    await release.Task;
                    log.Add("leaver", parcel);
                },
            },
            Balance);
        var shipping = await StartShippingRequesterAsync();
        await SoonAsync(SendAsync(shipping, 0));
        await SoonAsync(held.Task);

        var stopping = leaver.StopAsync(Token);
        await StartShippingAsync(log.Script("heir"), Balance);
        release.SetResult();
        await SoonAsync(stopping);

        await SoonAsync(log.UntilAsync(_orders, 10));
        log.AssertOrder(_orders, 10, repeats: false);
    }

    [Fact]
    public async Task An_ordered_command_is_tried_again_where_it_is_and_a_poisonous_one_makes_way_in_the_end()
    {
        var attempts = new ConcurrentQueue<(int Number, int Attempt)>();
        var (last, repaired) = (Signal(), Signal());
        var isRepaired = false;
        await StartShippingAsync(
            new ShippingScript
            {
                Move = (parcel, _) =>
                {
                    attempts.Enqueue((parcel.Number, CallContext.Current!.Attempt));
                    if (parcel.Number == 1 && CallContext.Current.Attempt < 3)
                    {
                        throw new InvalidOperationException("not yet");
                    }

                    if (parcel.Number == 2 && !Volatile.Read(ref isRepaired))
                    {
                        throw new InvalidOperationException("never");
                    }

                    (parcel.Number switch { 3 => last, 2 => repaired, _ => null })?.SetResult();
                    return Task.CompletedTask;
                },
            },
            static options => options.CommandRetry = new CommandRetryOptions { MaxAttempts = 3, ImmediateRetries = 1, BaseDelay = TimeSpan.FromSeconds(1) });
        var host = await StartHostAsync(static builder => builder.AddRequester<IShipping>());
        var shipping = host.Services.GetRequiredService<IShipping>();
        var dead = host.Services.GetRequiredService<IDeadLetters>();

        await SoonAsync(new[] { 1, 2, 3 }.Select(static number => new Parcel("a", number)).SendAllAsync(shipping.MoveAsync, Token));
        await SoonAsync(last.Task);
        Assert.Equal([(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1)], attempts);

        // Its replay goes to its partition again.
        Volatile.Write(ref isRepaired, true);
        while (await SoonAsync(dead.ReplayAsync("shipping", static letter => letter.Queue is not "shipping.commands", cancellationToken: Token)) == 0)
        {
            await Task.Yield();
        }

        await SoonAsync(repaired.Task);
    }

    [Fact]
    public async Task Commands_of_one_key_that_are_sent_at_once_keep_their_order_across_a_restart_of_the_broker()
    {
        var log = new OrderLog();
        await StartShippingAsync(log.Script("worker"), Balance);
        var shipping = await StartShippingRequesterAsync();
        var started = log.UntilAsync(_orders[..1], 3);
        shipping = shipping.With(new CallOptions { Timeout = _patience });
        var sending = Enumerable.Range(0, 100).Select(static number => new Parcel(_orders[0], number)).SendAllAsync(shipping.MoveAsync, Token);

        await SoonAsync(started);
        await Harness.StopBrokerAsync();
        await Harness.StartBrokerAsync();
        await SoonAsync(sending);

        await SoonAsync(log.UntilAsync(_orders[..1], 100));
        log.AssertOrder(_orders[..1], 100, repeats: true);
    }

    private static void Balance(WorkerOptions options) => options.PartitionBalanceInterval = TimeSpan.FromSeconds(1);

    /// <summary>Ten more of each key, all at once.</summary>
    private static Task SendAsync(IShipping shipping, int round) =>
        Enumerable.Range(round * 10, 10)
            .SelectMany(static number => _orders.Select(order => new Parcel(order, number)))
            .SendAllAsync(shipping.MoveAsync, Token);

    /// <summary>What has run, where and in which order.</summary>
    private sealed class OrderLog
    {
        private readonly Lock _lock = new();
        private readonly List<(string Worker, Parcel Parcel)> _runs = [];
        private readonly HashSet<string> _running = new(StringComparer.Ordinal);
        private readonly List<string> _overlaps = [];
        private readonly List<(Func<bool> Condition, TaskCompletionSource Signal)> _waiting = [];

        public ShippingScript Script(string worker) => new()
        {
            Move = async (parcel, _) =>
            {
                lock (_lock)
                {
                    if (!_running.Add(parcel.Order))
                    {
                        _overlaps.Add(parcel.Order);
                    }
                }

                await Task.Delay(2, CancellationToken.None);
                Add(worker, parcel);
                lock (_lock)
                {
                    _running.Remove(parcel.Order);
                }
            },
        };

        public void Add(string worker, Parcel parcel)
        {
            lock (_lock)
            {
                _runs.Add((worker, parcel));
                foreach (var (condition, signal) in _waiting)
                {
                    if (condition())
                    {
                        signal.TrySetResult();
                    }
                }
            }
        }

        public int CountAtJoin(string worker)
        {
            lock (_lock)
            {
                var first = _runs.FindIndex(run => string.Equals(run.Worker, worker, StringComparison.Ordinal));
                return first < 0 ? _runs.Count : first;
            }
        }

        public IReadOnlyList<Parcel> Workers(string worker, int after = 0)
        {
            lock (_lock)
            {
                return [.. _runs.Skip(after).Where(run => string.Equals(run.Worker, worker, StringComparison.Ordinal)).Select(static run => run.Parcel)];
            }
        }

        /// <summary>Complete when as many of each key have run.</summary>
        public Task UntilAsync(string[] orders, int count)
        {
            var signal = Signal();
            lock (_lock)
            {
                bool Done() => orders.All(order => NumbersOf(order).Distinct().Count() >= count);
                _waiting.Add((Done, signal));
                if (Done())
                {
                    signal.SetResult();
                }
            }

            return signal.Task;
        }

        public void AssertOrder(string[] orders, int count, bool repeats)
        {
            lock (_lock)
            {
                foreach (var order in orders)
                {
                    var numbers = NumbersOf(order).ToList();
                    Assert.Equal(Enumerable.Range(0, count), repeats ? WithoutRepeats(numbers) : numbers);
                }

                Assert.True(repeats || _overlaps.Count == 0, $"Ran beside themselves: {string.Join(", ", _overlaps)}");
            }
        }

        // At least once: one may come twice, but right behind itself.
        private static IEnumerable<int> WithoutRepeats(List<int> numbers) =>
            numbers.Where((number, index) => index == 0 || numbers[index - 1] != number);

        private IEnumerable<int> NumbersOf(string order) => _runs.Where(run => string.Equals(run.Parcel.Order, order, StringComparison.Ordinal)).Select(static run => run.Parcel.Number);
    }
}
