using System.Text.RegularExpressions;
using Messaging.Browsing;
using Microsoft.Playwright;

namespace Messaging.Dashboard.Tests.Pages;

public sealed class OverviewTests(Window window) : IClassFixture<Window>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 180_000)]
    [InlineData(Window.Desktop, 900, false, "light")]
    [InlineData(Window.Desktop, 900, true, "dark")]
    [InlineData(Window.Phone, 844, false, "light")]
    [InlineData(Window.Phone, 844, true, "dark")]
    public async Task Services_and_their_past_are_seen_on_any_screen(int width, int height, bool isDark, string colours)
    {
        var day = new BusyDay();
        await using var host = await ShopHost.StartAsync(
            Ct, services: day.Register, withWorkers: false, map: app =>
            {
                Microsoft.AspNetCore.Builder.DashboardEndpointRouteBuilderExtensions.MapMessagingDashboard(app);
                day.Fill(app.Services);
            });
        var device = width == Window.Phone ? "phone" : "desktop";
        var page = await window.OpenAsync(host, "", width, height, isDark);

        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator(".plot canvas")).ToHaveCountAsync(4);
        await Assertions.Expect(page.Locator(".plot .canvas").First).ToHaveAttributeAsync("aria-label", new Regex("Handled per second, now: ended [1-9]", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Window.FitsAsync(page);
        await Pictures.TakeAsync(page, Path.Combine(Window.Images, $"dashboard-overview-{device}-{colours}.png"));

        await page.Locator("tbody a.name").Filter(new() { HasText = "shop" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "shop" })).ToBeFocusedAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Table, new() { Name = "Instances" }).Locator("tbody tr")).ToHaveCountAsync(3);
        await Window.FitsAsync(page);
        await Pictures.TakeAsync(page, Path.Combine(Window.Images, $"dashboard-service-{device}-{colours}.png"));
        Assert.Empty(window.Errors);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_broker_that_is_away_is_said_and_its_return_too()
    {
        var fleet = new ToldFleet { Failure = new RpcException(StatusCode.Unavailable, "The broker at 127.0.0.1 can't be reached.") };
        await using var host = await ShopHost.StartAsync(
            Ct, withWorkers: false, services: fleet.Register);
        var page = await window.OpenAsync(host);

        await Assertions.Expect(page.Locator(".banner")).ToContainTextAsync("The broker at 127.0.0.1 can't be reached.");
        await Assertions.Expect(page.Locator(".banner")).ToContainTextAsync("Check that the broker runs");
        await Assertions.Expect(page.Locator("#connection")).ToHaveTextAsync("Live");

        fleet.Failure = null;
        await Assertions.Expect(page.Locator(".banner")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("No workers announce themselves");
        Assert.Empty(window.Errors);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_stream_that_breaks_is_said_and_comes_back_by_itself()
    {
        var host = await ShopHost.StartAsync(Ct);
        try
        {
            var page = await window.OpenAsync(host);
            var port = host.Root.Port;
            await host.DisposeAsync();
            await Assertions.Expect(page.Locator("#connection")).ToContainTextAsync("Connection lost");

            host = await ShopHost.StartAsync(Ct, port: port);
            await Assertions.Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
            await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task The_colours_can_be_chosen_and_are_kept()
    {
        await using var host = await ShopHost.StartAsync(Ct);
        var page = await window.OpenAsync(host);
        var light = await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");

        await page.GetByRole(AriaRole.Button, new() { Name = "Colours as the system" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Light colours" }).ClickAsync();
        await page.ReloadAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Dark colours" })).ToBeVisibleAsync();
        Assert.NotEqual(light, await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
    }
}
