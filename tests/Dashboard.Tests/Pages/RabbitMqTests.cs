using Messaging.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace Messaging.Dashboard.Tests.Pages;

/// <summary>The same on the broker that people have.</summary>
public sealed class RabbitMqTests(Window window) : IClassFixture<Window>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task A_failed_command_is_repaired_on_RabbitMQ()
    {
        await using var broker = await PrivateBroker.StartNewAsync(Ct);
        await using var host = await ShopHost.StartAsync(Ct, messaging: messaging => messaging.UseRabbitMq(options => options.Uri = broker.Uri));
        await host.FailAsync([new("1001", "Germany", 1), new("1004", "France", 1)], Ct, new Dictionary<string, string> { ["tenant"] = "acme" });
        var page = await window.OpenAsync(host);
        await Assertions.Expect(page.Locator("#dead")).ToHaveTextAsync("2");
        await Assertions.Expect(page.Locator("tbody")).ToContainTextAsync("1 instance");

        await RepairTests.RepairAsync(page, "1004");

        var (command, headers) = await host.Shipped.NextAsync(Ct);
        Assert.Equal(new Ship("1004", "FR", 1), command);
        Assert.Equal("acme", headers["tenant"]);
        await Assertions.Expect(page.Locator("#dead")).ToHaveTextAsync("1");
        Assert.Empty(window.Errors);
    }
}
