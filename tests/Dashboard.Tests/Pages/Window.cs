using System.Reflection;
using Messaging.Browsing;
using Microsoft.Playwright;

namespace Messaging.Dashboard.Tests.Pages;

/// <summary>A browser for the tests of a class, and what its pages have complained of.</summary>
public sealed class Window : IAsyncLifetime
{
    public const int Desktop = 1280;
    public const int Phone = 390;

    private Browser _browser = null!;

    internal static string Images { get; } = typeof(Window).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static metadata => metadata.Key is "Images").Value!;

    /// <summary>What pages have complained of, among it what their policy forbids.</summary>
    internal List<string> Errors { get; } = [];

    public async ValueTask InitializeAsync()
    {
        // A loaded machine takes its time; nothing here is about how fast it is.
        Assertions.SetDefaultExpectTimeout(30_000);
        _browser = await Browser.StartAsync();
    }

    public ValueTask DisposeAsync() => _browser.DisposeAsync();

    internal async Task<IPage> OpenAsync(ShopHost host, string hash = "", int width = Desktop, int height = 860, bool isDark = false)
    {
        var page = await _browser.OpenAsync(width, height, isDark);
        page.PageError += (_, error) => Errors.Add(error);
        page.Console += (_, message) =>
        {
            // A status that says failure is logged by the browser, and shown by the page.
            if (message.Type is "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                Errors.Add(message.Text);
            }
        };
        await page.GotoAsync(host.Dashboard + hash);
        await Assertions.Expect(page.Locator("#connection")).ToHaveTextAsync("Live");
        return page;
    }

    /// <summary>Fails where a page is wider than its screen.</summary>
    internal static async Task FitsAsync(IPage page) =>
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page is wider than the screen.");
}
