using Messaging.Calls.Contract;
using Messaging.Faults.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Faults.Tests;

/// <summary>Users whose rights and passwords change while they are connected.</summary>
public sealed class AccessTests(BrokerFixture fixture) : FaultTest(fixture), IAsyncLifetime
{
    private const string User = "tenant";

    [Fact]
    [Row(47)]
    public async Task Who_loses_his_permissions_is_told_so_and_disturbs_nobody()
    {
        await AddUserAsync("first");
        await StartWorkerAsync();
        var neighbour = await StartRequesterAsync();
        await UntilServedAsync(neighbour.Calc);
        var site = await StartRequesterAsync(connect: options => options.Uri = Broker.UriFor(User, "first"));
        await UntilServedAsync(site.Calc);

        await Broker.RabbitmqctlAsync("clear_permissions", User);
        await Broker.RabbitmqctlAsync("close_all_user_connections", User, "permissions have changed");

        await UntilAsync(() => site.LinksLost == 1, "the link is lost");
        var (failure, _) = await FailsAsync(() => site.Calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(2) }).AddAsync(new Addends(1, 2), Token));
        Assert.False(failure.MayHaveRun);
        Assert.Contains("permission", failure.Detail, StringComparison.Ordinal);
        Assert.Equal(3, (await SoonAsync(neighbour.Calc.AddAsync(new Addends(1, 2), Token))).Value);
        Assert.Equal(0, neighbour.LinksLost);

        await Broker.RabbitmqctlAsync("set_permissions", User, ".*", ".*", ".*");
        await UntilServedAsync(site.Calc);
    }

    [Theory]
    [Row(47)]
    [InlineData(".*", "^$", ".*")]
    [InlineData("^$", "^$", "^$")]
    public async Task A_command_that_may_not_be_sent_is_denied_at_once(string configure, string write, string read)
    {
        await AddUserAsync("first");
        await StartWorkerAsync();
        var site = await StartRequesterAsync(connect: options => options.Uri = Broker.UriFor(User, "first"));
        await UntilServedAsync(site.Calc);

        await Broker.RabbitmqctlAsync("set_permissions", User, configure, write, read);
        await Broker.RabbitmqctlAsync("close_all_user_connections", User, "permissions have changed");
        await UntilAsync(() => site.LinksLost == 1, "the link is lost");
        var (failure, elapsed) = await FailsAsync(
            () => site.Calc.With(new CallOptions { Timeout = TimeSpan.FromMinutes(10) }).RecordAsync(new Note("denied"), Token));

        Assert.Equal((StatusCode.PermissionDenied, FailureReason.Denied, false), (failure.Status, failure.Reason, failure.MayHaveRun));
        Assert.Contains("set_permissions", failure.Detail, StringComparison.Ordinal);
        Assert.True(elapsed < Patience);

        await Broker.RabbitmqctlAsync("set_permissions", User, ".*", ".*", ".*");
        await UntilServedAsync(site.Calc);
        await SoonAsync(site.Calc.RecordAsync(new Note("granted"), Token));
    }

    [Fact]
    [Row(48)]
    public async Task A_changed_password_is_read_by_the_next_attempt_to_connect()
    {
        await AddUserAsync("first");
        await StartWorkerAsync();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Messaging:RabbitMq:Password", "first")]).Build();
        var site = await StartSiteAsync(
            builder =>
            {
                builder.Services.AddSingleton<IConfiguration>(configuration);
                builder.AddRequester<ICalc>();
            },
            options => options.UserName = User);
        await UntilServedAsync(site.Calc);

        await Broker.RabbitmqctlAsync("change_password", User, "second");
        await Broker.RabbitmqctlAsync("close_all_user_connections", User, "the password has changed");
        await UntilAsync(() => site.Warnings.Any(static warning => warning.Contains("the password", StringComparison.Ordinal) && warning.StartsWith("Link not open", StringComparison.Ordinal)), "the old password is refused");
        configuration["Messaging:RabbitMq:Password"] = "second";
        configuration.Reload();

        await UntilServedAsync(site.Calc);
        Assert.DoesNotContain(site.Warnings, static warning => warning.Contains("first", StringComparison.Ordinal) || warning.Contains("second", StringComparison.Ordinal));
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await Broker.RabbitmqctlAsync("delete_user", User);
    }

    private async Task AddUserAsync(string password)
    {
        await Broker.RabbitmqctlAsync("add_user", User, password);
        await Broker.RabbitmqctlAsync("set_permissions", User, ".*", ".*", ".*");
    }
}
