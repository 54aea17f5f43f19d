using Messaging.Browsing;
using Messaging.Testing;
using Messaging.Testing.Processes;
using Microsoft.Playwright;

namespace Messaging.Samples.Tests;

/// <summary>The Greeter's page in a real browser, which calls the worker by gRPC-Web.</summary>
public sealed class GreeterPageTests : IAsyncLifetime
{
    private Browser _browser = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _browser = await Browser.StartAsync();

    public ValueTask DisposeAsync() => _browser.DisposeAsync();

    [Fact(Timeout = 120_000)]
    public async Task The_page_shows_the_greeting_and_a_stream_of_them()
    {
        await using var greeter = SampleProcess.StartGreeter("--grpc-port", "0", "--web-port", "0");
        var page = await OpenAsync(greeter);

        await GreetAsync(page, "browser ☺");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await Assertions.Expect(page.Locator("#streamed")).ToHaveTextAsync("complete", new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("#greetings li")).ToHaveTextAsync(Enumerable.Range(1, 5).Select(static number => $"Hello browser ☺, {number} of 5"));
        await Pictures.TakeAsync(page, Path.Combine(SampleProcess.Metadata("Images"), "greeter.png"));
    }

    [Fact(Timeout = 120_000)]
    public async Task The_page_works_over_RabbitMQ_too()
    {
        await using var broker = await PrivateBroker.StartNewAsync(Ct);
        await using var greeter = SampleProcess.StartGreeter("--grpc-port", "0", "--web-port", "0", "--broker", broker.Uri.OriginalString);
        var page = await OpenAsync(greeter);

        await GreetAsync(page, "queue");
    }

    private async Task<IPage> OpenAsync(DotnetProcess greeter)
    {
        var line = await greeter.LineWithAsync("The page:", Ct);
        var page = await _browser.OpenAsync(900, 760);
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
}
