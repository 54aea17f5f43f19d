using System.Text.RegularExpressions;
using Messaging.Browsing;
using Microsoft.Playwright;

namespace Messaging.Dashboard.Tests.Pages;

public sealed class TryingTests(Window window) : IClassFixture<Window>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 180_000)]
    [InlineData("Quote", """{"sku":"tea","quantity":3}""", "9007199254740993")]
    [InlineData("Quote", """{"sku":"unicorn","quantity":3}""", "OutOfStock")]
    [InlineData("Quote", """{"sku":""", "InvalidArgument")]
    [InlineData("Ship", """{"orderId":"1","country":"DE","parcels":1}""", "Accepted")]
    [InlineData("Watch", """{"sku":"tea","count":3}""", "3 items")]
    [InlineData("Watch", """{"sku":"tea","count":-1}""", "that is as many as this page shows")]
    [InlineData("Import", "{\"sku\":\"tea\",\"quantity\":1}\n{\"sku\":\"tea\",\"quantity\":2}", "\"items\": 2")]
    public async Task What_comes_back_is_shown(string method, string body, string outcome)
    {
        await using var host = await ShopHost.StartAsync(Ct);
        var page = await window.OpenAsync(host, $"#/try/shop/{method}");

        await page.Locator("#body").FillAsync(body);
        await page.Locator("#body").PressAsync("Control+Enter");

        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Outcome" })).ToContainTextAsync(outcome);
        Assert.Empty(window.Errors);
    }

    [Theory(Timeout = 180_000)]
    [InlineData(Window.Desktop, 860, false, "desktop-light")]
    [InlineData(Window.Phone, 844, true, "phone-dark")]
    public async Task It_starts_from_an_example_on_any_screen(int width, int height, bool isDark, string picture)
    {
        await using var host = await ShopHost.StartAsync(Ct);
        var page = await window.OpenAsync(host, "#/try", width, height, isDark);

        await page.GetByRole(AriaRole.Link, new() { Name = "shop", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Quote" }).ClickAsync();
        await Assertions.Expect(page.Locator("#body")).ToHaveValueAsync(new Regex("\"sku\": \"text\"", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.Locator("#body").PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator(".result")).ToContainTextAsync("OK");

        await Window.FitsAsync(page);
        await Pictures.TakeAsync(page, Path.Combine(Window.Images, $"dashboard-try-{picture}.png"));
        Assert.Empty(window.Errors);
    }
}
