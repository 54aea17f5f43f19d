using Messaging.Testing;
using Microsoft.Playwright;

namespace Messaging.Samples.Tests;

/// <summary>The Greeter's page in a real browser, which calls the worker by gRPC-Web.</summary>
public sealed class GreeterPageTests : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";

    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.True(File.Exists(Chromium), $"The test needs a browser, and there is no {Chromium}: apt-get install chromium, or run ./test.sh, which does.");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task The_page_shows_the_greeting_and_a_stream_of_them()
    {
        await using var greeter = SampleProcess.StartGreeter("--grpc-port", "0", "--web-port", "0");
        var page = await OpenAsync(greeter);

        await GreetAsync(page, "browser ☺");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await Assertions.Expect(page.Locator("#streamed")).ToHaveTextAsync("complete", new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("#greetings li")).ToHaveTextAsync(Enumerable.Range(1, 5).Select(static number => $"Hello browser ☺, {number} of 5"));
        await TakePictureAsync(page);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_page_works_over_RabbitMQ_too()
    {
        await using var broker = await PrivateBroker.StartNewAsync(Ct);
        await using var greeter = SampleProcess.StartGreeter("--grpc-port", "0", "--web-port", "0", "--broker", broker.Uri.OriginalString);
        var page = await OpenAsync(greeter);

        await GreetAsync(page, "queue");
    }

    private async Task<IPage> OpenAsync(SampleProcess greeter)
    {
        var line = await greeter.LineWithAsync("The page:", Ct);
        var page = await _browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 900, Height = 760 } });
        await page.GotoAsync(line.Split(' ').First(static word => word.StartsWith("http://", StringComparison.Ordinal)).TrimEnd('.'));
        return page;
    }

    private static async Task GreetAsync(IPage page, string name)
    {
        // By keyboard alone.
        await page.GetByLabel("Name").FillAsync(name);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#greeting")).ToHaveTextAsync($"Hello {name}", new() { Timeout = 30_000 });
    }

    /// <summary>The picture in the docs, where the environment asks for it.</summary>
    private static async Task TakePictureAsync(IPage page)
    {
        if (Environment.GetEnvironmentVariable("MESSAGING_PICTURES") is { Length: > 0 })
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(SampleProcess.Metadata("Images"), "greeter.png") });
        }
    }
}
