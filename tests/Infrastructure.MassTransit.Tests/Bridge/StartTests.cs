using Messaging.Calls.Contract;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NSubstitute;
using Shop;

namespace Messaging.MassTransit.Tests.Bridge;

/// <summary>What can't be carried is said when the application starts.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task Every_stream_is_named_with_the_way_out()
    {
        var failure = await FailsAsync(static builder => builder.UseMassTransit().AddRequester<ICalc>());

        Assert.All(["calc/Count", "calc/Total", "calc/Drink", "calc/Echo", "calc/Pour"], name => Assert.Contains($"'{name}' is a stream", failure, StringComparison.Ordinal));
        Assert.Contains("LeaveOut", failure, StringComparison.Ordinal);
        Assert.DoesNotContain("calc/Add", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Urgent_and_ordered_commands_are_named()
    {
        var failure = await FailsAsync(static builder =>
        {
            builder.Services.AddSingleton(new ShippingScript());
            builder.UseMassTransit().AddWorker<IShipping, ScriptedShipping>();
        });

        Assert.Contains("'shipping/Rush' names a priority", failure, StringComparison.Ordinal);
        Assert.Contains("'shipping/Move' is an ordered command", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Operations_that_MassTransit_can_t_tell_apart_are_named()
    {
        var failure = await FailsAsync(static builder => builder.AddRequester<ICalc>(static options =>
            options.ViaMassTransit(static via => via.LeaveOut("Count", "Total", "Drink", "Echo", "Pour", "Fill", "Touch"))));

        Assert.Contains("'calc/Add' and 'calc/Check' both take", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operation_left_out_that_the_contract_lacks_is_named()
    {
        var failure = await FailsAsync(static builder => builder.UseMassTransit(static options => options.LeaveOut("shop", "Quot")).AddRequester<IShop>());

        Assert.Contains("LeaveOut names 'Quot'", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_bus_is_said_with_the_call_that_adds_one()
    {
        var failure = await FailsAsync(static builder => builder.AddRequester<IShop>(static options => options.ViaMassTransit()));

        Assert.Contains("services.AddMassTransit(", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_inbox_of_Messaging_s_own_is_refused()
    {
        var failure = await FailsAsync(static builder =>
        {
            builder.Services.AddSingleton(new Support.ShopScript());
            builder.Services.AddSingleton(Substitute.For<Inbox.IInboxStore>());
            builder.AddWorker<IShop, Support.ScriptedShop>(static options => options.OnMassTransit()).AddInbox<IShop>();
        });

        Assert.Contains("UseEntityFrameworkOutbox", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Choosing_it_twice_is_refused_and_beside_a_transport_it_is_not()
    {
        var builder = new ServiceCollection().AddMessaging().UseInMemory().UseMassTransit();

        Assert.Contains("UseMassTransit(…) was called twice", Assert.Throws<InvalidOperationException>(() => builder.UseMassTransit()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_contracts_of_one_name_are_refused()
    {
        var builder = new ServiceCollection().AddMessaging().UseMassTransit().AddWorker<ICalc, ScriptedCalc>();

        Assert.Contains("'calc'", Assert.Throws<InvalidOperationException>(() => builder.AddWorker<IOtherCalc, OtherCalc>()).Message, StringComparison.Ordinal);
    }

    private static async Task<string> FailsAsync(Action<MessagingBuilder> configure)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        configure(application.Services.AddMessaging());
        using var host = application.Build();
        return (await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(TestContext.Current.CancellationToken))).Message;
    }
}

[Service("calc")]
public interface IOtherCalc
{
    Task<Sum> SubtractAsync(Addends request, CancellationToken cancellationToken = default);
}

public sealed class OtherCalc : IOtherCalc
{
    public Task<Sum> SubtractAsync(Addends request, CancellationToken cancellationToken) => Task.FromResult(new Sum(request.Left - request.Right));
}
