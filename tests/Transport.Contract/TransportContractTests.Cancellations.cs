namespace Messaging.Transport.Contract;

public abstract partial class TransportContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task A_cancelled_command_is_known_to_all_workers_of_its_service_however_often_they_ask()
    {
        var (requester, _) = await OpenRequesterAsync();
        var (worker, _) = await OpenWorkerAsync();
        var (second, _) = await OpenWorkerAsync();
        var (stranger, _) = await OpenWorkerAsync(Subscription() with { Service = "a." + Service });

        Assert.False(await worker.IsCancelledAsync("1"));
        await requester.RememberCancelledAsync(Service, "1");
        await requester.RememberCancelledAsync(Service, "1");

        Assert.True(await worker.IsCancelledAsync("1"));
        Assert.True(await worker.IsCancelledAsync("1"));
        Assert.True(await second.IsCancelledAsync("1"));
        Assert.False(await worker.IsCancelledAsync("2"));
        Assert.False(await stranger.IsCancelledAsync("1"));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_cancelled_command_that_was_forgotten_is_not_known_any_more_and_its_neighbours_are()
    {
        var (requester, _) = await OpenRequesterAsync();
        var (worker, _) = await OpenWorkerAsync();
        string[] ids = [.. Enumerable.Range(0, 30).Select(static id => $"{id}")];
        await Task.WhenAll(ids.Select(id => requester.RememberCancelledAsync(Service, id)));

        await worker.ForgetCancelledAsync(ids[..20]);
        await worker.ForgetCancelledAsync([.. ids[..20], "never there"]);

        foreach (var id in ids)
        {
            Assert.Equal(int.Parse(id, System.Globalization.CultureInfo.InvariantCulture) >= 20, await worker.IsCancelledAsync(id));
        }

        await requester.RememberCancelledAsync(Service, "0");
        Assert.True(await worker.IsCancelledAsync("0"));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Cancelled_commands_survive_a_restart_of_the_broker()
    {
        var (requester, _) = await OpenRequesterAsync();
        for (var id = 0; id < 20; id++)
        {
            await requester.RememberCancelledAsync(Service, $"{id}");
        }

        await Harness.RestartBrokerAsync();
        var (worker, _) = await OpenWorkerAsync();

        for (var id = 0; id < 20; id++)
        {
            Assert.True(await worker.IsCancelledAsync($"{id}"));
        }

        Assert.False(await worker.IsCancelledAsync("20"));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_command_with_the_longest_id_that_a_broker_takes_can_be_asked_for_and_cancelled()
    {
        var (requester, _) = await OpenRequesterAsync();
        var (worker, _) = await OpenWorkerAsync();
        var id = new string('i', 255);

        Assert.False(await worker.IsCancelledAsync(id));
        await requester.RememberCancelledAsync(Service, id);

        Assert.True(await worker.IsCancelledAsync(id));
        Assert.False(await worker.IsCancelledAsync(id[..254] + "j"));
        await worker.ForgetCancelledAsync([id]);
        Assert.False(await worker.IsCancelledAsync(id));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task On_a_lost_link_nothing_is_cancelled_asked_or_forgotten()
    {
        var (requester, _) = await OpenRequesterAsync();
        var (worker, _) = await OpenWorkerAsync();
        await requester.RememberCancelledAsync(Service, "1");
        Assert.True(await worker.IsCancelledAsync("1"));
        await requester.DisposeAsync();
        await worker.DisposeAsync();

        await AssertFailsAsync(TransportFailure.NotSent, () => new ValueTask(requester.RememberCancelledAsync(Service, "1")));
        await AssertFailsAsync(TransportFailure.NotSent, async () => await worker.IsCancelledAsync("1"));
        await AssertFailsAsync(TransportFailure.NotSent, () => new ValueTask(worker.ForgetCancelledAsync(["1"])));
    }
}
