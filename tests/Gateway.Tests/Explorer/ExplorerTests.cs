using System.Reflection;
using Messaging.Browsing;
using Microsoft.Playwright;

namespace Messaging.Gateway.Tests.Explorer;

/// <summary>The explorer in a real browser.</summary>
public sealed class ExplorerTests(ExplorerTests.Window window) : IClassFixture<ExplorerTests.Window>
{
    private const int Desktop = 1280;
    private const int Phone = 390;

    [Fact(Timeout = 120_000)]
    public async Task A_call_is_found_and_made_by_keyboard_alone()
    {
        var page = await window.OpenAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("2 services, 7 operations, 1 away");

        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("quo");
        await Assertions.Expect(page.Locator("nav li")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Quote" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.GetByLabel("Body")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Control+Enter");

        await Assertions.Expect(Outcome(page)).ToContainTextAsync("200 OK");
        await Assertions.Expect(page.Locator(".answer pre")).ToContainTextAsync("9007199254740993");
        Assert.Empty(window.Errors);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_example_is_taken_by_every_operation()
    {
        var page = await window.OpenAsync();
        foreach (var (operation, status) in new[]
        {
            ("orders/Quote", "200 OK"), ("orders/Ship", "202 Accepted"), ("orders/Watch", "200 OK"), ("orders/Import", "200 OK"),
            ("orders/Negotiate", "200 OK"), ("catalog/Browse", "200 OK"), ("catalog/Forget", "204 No Content"),
        })
        {
            await OpenAsync(page, operation);
            await page.Keyboard.PressAsync("Control+Enter");
            await page.GetByLabel(operation is "orders/Import" or "orders/Negotiate" ? "Items, one a line" : "Body").PressAsync("Control+Enter");
            await Assertions.Expect(Outcome(page)).ToContainTextAsync(status);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task A_stream_shows_its_items_as_they_come_and_can_be_cancelled()
    {
        var page = await window.OpenAsync();
        await OpenAsync(page, "orders/Watch");
        await page.GetByLabel("Body").FillAsync("""{"sku":"tea","count":-1}""");

        await page.GetByRole(AriaRole.Button, new() { Name = "Start" }).PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.List, new() { Name = "Items" }).Locator("li")).ToHaveCountAsync(3);
        await Assertions.Expect(Outcome(page)).ToContainTextAsync("3 items");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).PressAsync("Enter");

        await Assertions.Expect(Outcome(page)).ToContainTextAsync("Cancelled after 3 items");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Start" })).ToBeFocusedAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_stream_that_fails_behind_its_items_says_why()
    {
        var page = await window.OpenAsync();
        await OpenAsync(page, "orders/Watch");
        await page.GetByLabel("Body").FillAsync("""{"sku":"unicorn","count":2}""");

        await page.GetByLabel("Body").PressAsync("Control+Enter");

        await Assertions.Expect(Outcome(page)).ToContainTextAsync("Failed 2 items");
        await Assertions.Expect(page.GetByRole(AriaRole.Region, new() { Name = "Problem" })).ToContainTextAsync("The last unicorn has left.");
    }

    [Fact(Timeout = 120_000)]
    public async Task A_declared_fault_shows_its_name_and_fields()
    {
        var page = await window.OpenAsync();
        await OpenAsync(page, "orders/Quote");
        await page.GetByLabel("Body").FillAsync("""{"customer":"acme","lines":[{"sku":"unicorn","quantity":1}]}""");

        await page.GetByLabel("Body").PressAsync("Control+Enter");

        await Assertions.Expect(Outcome(page)).ToContainTextAsync("400 Bad Request");
        var problem = page.GetByRole(AriaRole.Region, new() { Name = "Problem" });
        await Assertions.Expect(problem).ToContainTextAsync("OutOfStock");
        await Assertions.Expect(problem).ToContainTextAsync("\"left\": 0");
    }

    [Fact(Timeout = 120_000)]
    public async Task Markup_in_a_reply_stays_text()
    {
        var page = await window.OpenAsync();
        await OpenAsync(page, "orders/Negotiate");
        await page.GetByLabel("Items, one a line").FillAsync("{\"sku\":\"<img src=x onerror=alert(1)>\",\"quantity\":1}\n{\"sku\":\"tea\",\"quantity\":2}");

        await page.GetByLabel("Items, one a line").PressAsync("Control+Enter");

        await Assertions.Expect(page.Locator(".items li")).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator(".items li").First).ToContainTextAsync("<img src=x onerror=alert(1)>");
        await Assertions.Expect(page.Locator(".items img, .items b")).ToHaveCountAsync(0);
        Assert.Empty(window.Errors);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_is_no_JSON_is_said_before_it_is_sent()
    {
        var page = await window.OpenAsync();
        await OpenAsync(page, "orders/Import");

        await page.GetByLabel("Items, one a line").FillAsync("{\"sku\":\"tea\",\"quantity\":2}\n{\"sku\"");

        await Assertions.Expect(page.Locator("#body-note")).ToContainTextAsync("Line 2:");
    }

    [Fact(Timeout = 120_000)]
    public async Task Headers_travel_both_ways_and_a_wrong_one_is_said()
    {
        var page = await window.OpenAsync();
        await OpenAsync(page, "orders/Quote");
        await page.GetByText("Timeout and headers").ClickAsync();
        await page.GetByLabel("Headers, one a line").FillAsync("no colon");
        await page.GetByLabel("Body").PressAsync("Control+Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("“no colon” is no header");

        await page.GetByLabel("Headers, one a line").FillAsync("tenant: acme");
        await page.GetByText("As a command line").ClickAsync();
        await Assertions.Expect(page.Locator("form pre")).ToContainTextAsync("-H 'Msg-tenant: acme'");
        await page.GetByLabel("Body").PressAsync("Control+Enter");
        await page.GetByText("Response headers").ClickAsync();

        await Assertions.Expect(page.Locator(".answer dl")).ToContainTextAsync("msg-served-by");
    }

    [Theory(Timeout = 120_000)]
    [InlineData(Desktop, 860, false, "explorer-desktop-light.png")]
    [InlineData(Desktop, 860, true, "explorer-desktop-dark.png")]
    [InlineData(Phone, 844, false, "explorer-phone-light.png")]
    [InlineData(Phone, 844, true, "explorer-phone-dark.png")]
    public async Task It_fits_any_screen(int width, int height, bool isDark, string picture)
    {
        var page = await window.OpenAsync(width, height, isDark);
        await page.GetByRole(AriaRole.Link, new() { Name = width == Phone ? "Watch stream" : "Quote call" }).ClickAsync();
        await page.GetByLabel("Body").FillAsync(width == Phone
            ? "{\n  \"sku\": \"tea\",\n  \"count\": 5\n}"
            : "{\n  \"customer\": \"acme\",\n  \"lines\": [\n    {\n      \"sku\": \"tea\",\n      \"quantity\": 3\n    }\n  ]\n}");
        await page.GetByLabel("Body").PressAsync("Control+Enter");
        await Assertions.Expect(Outcome(page)).ToContainTextAsync("200 OK");

        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page is wider than the screen.");
        await page.EvaluateAsync("scrollTo(0, 0)");
        await Pictures.TakeAsync(page, Path.Combine(Window.Images, picture));
    }

    [Fact(Timeout = 120_000)]
    public async Task On_a_phone_there_is_a_way_back_to_the_list()
    {
        var page = await window.OpenAsync(Phone, 844);
        await page.GetByRole(AriaRole.Link, new() { Name = "Ship command" }).ClickAsync();
        await Assertions.Expect(page.Locator("nav")).ToBeHiddenAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "All operations" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Ship command" })).ToBeVisibleAsync();
    }

    private static ILocator Outcome(IPage page) => page.Locator(".answer").GetByRole(AriaRole.Status);

    private static async Task OpenAsync(IPage page, string operation)
    {
        await page.EvaluateAsync("hash => { location.hash = hash; }", $"#/{operation}");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = operation[(operation.IndexOf('/', StringComparison.Ordinal) + 1)..] })).ToBeFocusedAsync();
    }

    public sealed class Window : IAsyncLifetime
    {
        private ShopHost _shop = null!;
        private Browser _browser = null!;

        internal static string Images { get; } = typeof(Window).Assembly
            .GetCustomAttributes<AssemblyMetadataAttribute>().Single(static metadata => metadata.Key is "Images").Value!;

        /// <summary>What pages have complained of, among it what their policy forbids.</summary>
        internal List<string> Errors { get; } = [];

        public async ValueTask InitializeAsync()
        {
            _shop = await ShopHost.StartAsync(CancellationToken.None);
            _browser = await Browser.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _browser.DisposeAsync();
            await _shop.DisposeAsync();
        }

        internal async Task<IPage> OpenAsync(int width = Desktop, int height = 860, bool isDark = false)
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
            await page.GotoAsync(_shop.Explorer.ToString());
            await Assertions.Expect(page.Locator("#summary")).ToContainTextAsync("operations");
            return page;
        }
    }
}
