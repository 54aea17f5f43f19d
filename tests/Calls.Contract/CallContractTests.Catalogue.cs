using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls.Contract;

public abstract partial class CallContractTests
{
    // So long that none comes by itself while a test runs.
    private static readonly TimeSpan _seldom = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _often = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_catalogue_that_begins_calls_the_roll_and_knows_every_worker()
    {
        await StartWorkerAsync(configure: static options => (options.AnnounceInterval, options.Concurrency, options.CommandConcurrency) = (_seldom, 5, 2));
        await StartWorkerAsync(configure: static options => options.AnnounceInterval = _seldom);

        var instances = await SoonAsync((await StartCatalogueAsync()).ListAsync(Token).AsTask());

        Assert.Equal(2, instances.Select(static instance => instance.Instance).Distinct(StringComparer.Ordinal).Count());
        var instance = Assert.Single(instances, static instance => instance.Concurrency == 7);
        Assert.Equal(("calc", Environment.MachineName, Environment.ProcessId), (instance.Service, instance.Host, instance.ProcessId));
        Assert.Equal(typeof(ICalc).Assembly.GetName().Version!.ToString(), instance.Version);
        Assert.True(instance is { Running: 0, Draining: false } && instance.Uptime > TimeSpan.Zero);
        Assert.Equal(
            ["Add", "AddAgain", "AddOnce", "Check", "Touch", "Fill", "Count", "Total", "Drink", "Echo", "Pour", "Record"],
            instance.Operations.Select(static operation => operation.Name));
        Assert.Equal(OperationKind.Command, Of(instance, "Record").Kind);
        Assert.All(instance.Operations, static operation => Assert.Equal((0, 0, null), (operation.Handled, operation.Failed, operation.Median)));
    }

    [Fact]
    public async Task What_workers_do_is_announced()
    {
        var entered = Signal();
        var release = Signal();
        await StartWorkerAsync(
            new CalcScript
            {
                Add = async (request, _) =>
                {
                    if (request.Left < 0)
                    {
                        throw new InvalidOperationException("negative");
                    }

                    if (request.Left == 100)
                    {
                        entered.SetResult();
                        await release.Task;
                    }

                    return new Sum(request.Left);
                },
            },
            static options => options.AnnounceInterval = _often);
        var catalogue = await StartCatalogueAsync();
        var calc = await StartRequesterAsync();
        var held = calc.AddAsync(new Addends(100, 0), Token);
        await SoonAsync(entered.Task);
        await SoonAsync(calc.AddAsync(new Addends(1, 0), Token));
        await SoonAsync(calc.AddAsync(new Addends(2, 0), Token));
        await FailsAsync(calc.AddAsync(new Addends(-1, 0), Token));
        await SoonAsync(calc.RecordAsync(new Note("a"), Token));
        await foreach (var _ in calc.CountAsync(new Addends(1, 3), Token))
        {
        }

        var instance = await UntilAsync(catalogue, static instance =>
            Of(instance, "Add").Handled == 3 && Of(instance, "Record").Handled == 1 && Of(instance, "Count").Handled == 1);
        Assert.Equal((1, 1, 0), (instance.Running, Of(instance, "Add").Failed, Of(instance, "Count").Failed));

        release.SetResult();
        await SoonAsync(held);
        instance = await UntilAsync(catalogue, static instance => Of(instance, "Add") is { Handled: 4, Median: not null });
        Assert.True(Of(instance, "Add") is { Rate: > 0 } add && add.Percentile99 >= add.Median);
    }

    [Fact]
    public async Task A_worker_that_drains_says_so_and_one_that_has_stopped_is_gone_at_once()
    {
        var entered = Signal();
        var release = Signal();
        var worker = await StartWorkerAsync(
            new CalcScript
            {
                Add = async (_, _) =>
                {
                    entered.SetResult();
                    await release.Task;
                    return new Sum(1);
                },
            },
            static options => options.AnnounceInterval = _seldom);
        var catalogue = await StartCatalogueAsync();
        await UntilAsync(catalogue, static instance => !instance.Draining);
        var held = (await StartRequesterAsync()).AddAsync(new Addends(1, 0), Token);
        await SoonAsync(entered.Task);

        var stopped = worker.StopAsync(Token);
        await UntilAsync(catalogue, static instance => instance is { Draining: true, Running: 1 });
        release.SetResult();
        await SoonAsync(held);
        await SoonAsync(stopped);

        await UntilEmptyAsync(catalogue);
    }

    [Fact]
    public async Task A_worker_that_is_killed_is_forgotten()
    {
        var worker = await StartWorkerAsync(configure: static options => options.AnnounceInterval = _often);
        var catalogue = await StartCatalogueAsync();
        await UntilAsync(catalogue, static _ => true);

        await KillAsync(worker);

        await UntilEmptyAsync(catalogue);
    }

    [Fact]
    public async Task A_worker_that_announces_nothing_serves_and_is_not_listed()
    {
        await StartWorkerAsync(configure: static options => options.Announce = false);
        var calc = await StartRequesterAsync();

        Assert.Empty(await SoonAsync((await StartCatalogueAsync()).ListAsync(Token).AsTask()));
        Assert.Equal(3, (await SoonAsync(calc.AddAsync(new Addends(1, 2), Token))).Value);
    }

    [Fact]
    public async Task A_watch_outlives_the_broker_and_a_list_says_that_it_is_down()
    {
        await StartWorkerAsync(configure: static options => options.AnnounceInterval = _often);
        var catalogue = await StartCatalogueAsync();
        await using var watch = catalogue.WatchAsync(Token).GetAsyncEnumerator(Token);
        await UntilAsync(1);
        var before = Assert.Single(watch.Current);

        await Harness.StopBrokerAsync();
        await UntilAsync(0);
        Assert.Equal(StatusCode.Unavailable, (await FailsAsync(catalogue.ListAsync(Token).AsTask())).Status);
        await Harness.StartBrokerAsync();
        await UntilAsync(1);

        Assert.Equal(before.Instance, Assert.Single(watch.Current).Instance);
        Assert.Single(await SoonAsync(catalogue.ListAsync(Token).AsTask()));

        async Task UntilAsync(int count)
        {
            do
            {
                Assert.True(await SoonAsync(watch.MoveNextAsync().AsTask()));
            }
            while (watch.Current.Count != count);
        }
    }

    [Fact]
    public async Task What_strangers_announce_is_believed_only_where_it_can_be()
    {
        var catalogue = await StartCatalogueAsync();
        await SoonAsync(catalogue.ListAsync(Token).AsTask());

        await AnnounceAsync("no json"u8.ToArray());
        await AnnounceAsync("""{"format":2,"service":"forged","instance":"1","host":"h","intervalMs":5000}"""u8.ToArray());
        await AnnounceAsync("""{"format":1,"service":"forged","instance":"1","host":"h","intervalMs":-5000}"""u8.ToArray());
        await AnnounceAsync("""{"format":1,"service":"python","instance":"1","host":"h","intervalMs":5000,"new":{"since":2}}"""u8.ToArray());

        var instance = await UntilAsync(catalogue, static _ => true);
        Assert.Equal(("python", "1", "h"), (instance.Service, instance.Instance, instance.Host));

        Task AnnounceAsync(byte[] body) => Harness.BroadcastRawAsync(WireNames.AnnounceKey, new InboundMessage { Type = WireNames.AnnounceType, Body = body });
    }

    private async Task<IServiceCatalogue> StartCatalogueAsync() =>
        (await StartHostAsync(static _ => { })).Services.GetRequiredService<IServiceCatalogue>();

    private static OperationLoad Of(ServiceInstance instance, string operation) =>
        Assert.Single(instance.Operations, load => string.Equals(load.Name, operation, StringComparison.Ordinal));

    private static Task<ServiceInstance> UntilAsync(IServiceCatalogue catalogue, Func<ServiceInstance, bool> expected)
    {
        return SoonAsync(WatchAsync());

        async Task<ServiceInstance> WatchAsync()
        {
            await foreach (var instances in catalogue.WatchAsync(Token))
            {
                if (instances.FirstOrDefault(expected) is { } found)
                {
                    return found;
                }
            }

            throw new InvalidOperationException("A watch ends only when it is cancelled.");
        }
    }

    private static async Task UntilEmptyAsync(IServiceCatalogue catalogue)
    {
        while ((await SoonAsync(catalogue.ListAsync(Token).AsTask())).Count > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), Token);
        }
    }
}
