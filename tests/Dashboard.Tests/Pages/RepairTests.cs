using System.Text.RegularExpressions;
using Messaging.Browsing;
using Microsoft.Playwright;

namespace Messaging.Dashboard.Tests.Pages;

/// <summary>What the dashboard is for: a failed command is found, understood, repaired and replayed.</summary>
public sealed class RepairTests(Window window) : IClassFixture<Window>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly Ship[] _failed =
    [
        new("1001", "Germany", 1), new("1002", "Austria", 2), new("1003", "DE", 0), new("1004", "France", 1), new("1005", "AT", 0), new("1006", "Italy", 3),
    ];

    [Fact(Timeout = 180_000)]
    public async Task A_failed_command_is_found_understood_repaired_and_replayed()
    {
        await using var host = await ShopHost.StartAsync(Ct);
        await host.FailAsync(_failed, Ct, new Dictionary<string, string> { ["tenant"] = "acme" });
        var page = await window.OpenAsync(host);
        await RepairAsync(page, "1004");

        var (command, headers) = await host.Shipped.NextAsync(Ct);
        Assert.Equal(new Ship("1004", "FR", 1), command);
        Assert.Equal("acme", headers["tenant"]);
        Assert.Equal(5, await host.DeadLetters.CountAsync("shop", Ct));
        Assert.Empty(window.Errors);
    }

    [Theory(Timeout = 180_000)]
    [InlineData(Window.Desktop, 860, false, "light")]
    [InlineData(Window.Desktop, 860, true, "dark")]
    [InlineData(Window.Phone, 844, false, "light")]
    [InlineData(Window.Phone, 844, true, "dark")]
    public async Task It_is_seen_on_any_screen(int width, int height, bool isDark, string colours)
    {
        await using var host = await ShopHost.StartAsync(Ct);
        await host.FailAsync(_failed, Ct, new Dictionary<string, string> { ["tenant"] = "acme" });
        var device = width == Window.Phone ? "phone" : "desktop";
        var page = await window.OpenAsync(host, "#/letters/shop", width, height, isDark);

        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(6);
        await Window.FitsAsync(page);
        await Assertions.Expect(page.Locator(".chips")).ToContainTextAsync("shop6");
        await page.Locator("tbody input[type=checkbox]").First.CheckAsync();
        await Pictures.TakeAsync(page, Path.Combine(Window.Images, $"dashboard-letters-{device}-{colours}.png"));

        await page.Locator("tbody a").First.ClickAsync();
        await Assertions.Expect(page.GetByLabel("Body", new() { Exact = false })).ToBeVisibleAsync();
        await Window.FitsAsync(page);
        await Pictures.TakeAsync(page, Path.Combine(Window.Images, $"dashboard-letter-{device}-{colours}.png"));
        Assert.Empty(window.Errors);
    }

    [Fact(Timeout = 180_000)]
    public async Task All_of_it_works_by_keyboard_alone()
    {
        await using var host = await ShopHost.StartAsync(Ct);
        await host.FailAsync(_failed, Ct);
        var page = await window.OpenAsync(host);

        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Keyboard shortcuts");
        for (var press = 0; press < 5; press++)
        {
            // The dialog keeps the focus, or gives it to the browser itself, and never to the page behind.
            await page.Keyboard.PressAsync("Tab");
            Assert.True(await page.EvaluateAsync<bool>("document.activeElement === document.body || document.activeElement.closest('dialog') !== null"));
        }

        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("d");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(6);
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("france");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("tbody a")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#body")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("e");
        await Assertions.Expect(page.Locator("#body")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.TypeAsync("""{"orderId":"1004","country":"FR","parcels":1}""");
        await page.Keyboard.PressAsync("Control+Enter");

        Assert.Equal("FR", (await host.Shipped.NextAsync(Ct)).Command.Country);
        await Assertions.Expect(page.Locator("#toasts")).ToContainTextAsync("was replayed with your changes");
        Assert.Empty(window.Errors);
    }

    [Fact(Timeout = 180_000)]
    public async Task All_that_match_are_replayed_and_deleting_asks_first()
    {
        await using var host = await ShopHost.StartAsync(Ct);
        await host.FailAsync(_failed, Ct);
        var page = await window.OpenAsync(host, "#/letters/shop?search=carrier");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);

        await page.GetByRole(AriaRole.Button, new() { Name = "Select all 2 that match" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        Assert.Equal(6, await host.DeadLetters.CountAsync("shop", Ct));

        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete 2" }).ClickAsync();
        await Assertions.Expect(page.Locator("#toasts")).ToContainTextAsync("2 commands deleted");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("Nothing matches");
        Assert.Equal(4, await host.DeadLetters.CountAsync("shop", Ct));
        Assert.Empty(window.Errors);
    }

    [Fact(Timeout = 180_000)]
    public async Task What_is_no_JSON_is_asked_about_before_it_is_replayed()
    {
        await using var host = await ShopHost.StartAsync(Ct);
        await host.FailAsync([_failed[0]], Ct);
        var page = await window.OpenAsync(host, "#/letters/shop");
        await page.Locator("tbody a").ClickAsync();

        await page.Locator("#body").FillAsync("""{"orderId": """);
        await Assertions.Expect(page.Locator("#body-note")).ToContainTextAsync("No JSON");
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay with changes" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();

        await Assertions.Expect(page.Locator("#body")).ToBeFocusedAsync();
        Assert.Equal(1, await host.DeadLetters.CountAsync("shop", Ct));
    }

    /// <summary>From the overview: sees that there are dead letters, finds one by its order, repairs its country and replays it.</summary>
    internal static async Task RepairAsync(IPage page, string order)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Dead letters", Exact = false }).First.ClickAsync();
        await page.GetByLabel("Search dead letters").FillAsync(order);
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(1);
        await page.Locator("tbody a").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Why it failed" })).ToContainTextAsync("the country is a code of two letters");

        var body = page.Locator("#body");
        await Assertions.Expect(body).ToHaveValueAsync(new Regex("France", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await body.FillAsync((await body.InputValueAsync()).Replace("France", "FR", StringComparison.Ordinal));
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay with changes" }).ClickAsync();
        await Assertions.Expect(page.Locator("#toasts")).ToContainTextAsync("Ship was replayed with your changes");
    }
}
