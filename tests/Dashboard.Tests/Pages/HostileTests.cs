using System.Text.Json;
using Microsoft.Playwright;

namespace Messaging.Dashboard.Tests.Pages;

/// <summary>Text from queues and from workers is anybody's.</summary>
public sealed class HostileTests(Window window) : IClassFixture<Window>
{
    private const string Markup = "<img src=x onerror=alert(1)><script>alert(2)</script>'\"&lt;";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task Markup_in_names_headers_bodies_and_errors_stays_text()
    {
        var fleet = new ToldFleet
        {
            Instances =
            [
                new()
                {
                    Service = "shop", Instance = Markup, Host = Markup, Version = Markup, LastSeen = TimeProvider.System.GetUtcNow(),
                    Operations = [new() { Name = Markup, Kind = OperationKind.Call, Rate = 1 }],
                },
            ],
        };
        fleet.SetQueues("shop", 0, 0, 1, 1);
        await using var host = await ShopHost.StartAsync(Ct, services: fleet.Register);
        await host.FailAsync([new(Markup, Markup, 1)], Ct, new Dictionary<string, string> { [Markup] = Markup });
        var page = await window.OpenAsync(host);
        var dialogs = 0;
        page.Dialog += (_, dialog) =>
        {
            dialogs++;
            _ = dialog.DismissAsync();
        };

        await page.Locator("tbody a.name").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Table, new() { Name = "Instances" })).ToContainTextAsync(Markup);
        await CleanAsync();

        await page.Locator("tbody a.name").First.ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync($"has no operation {Markup}");
        await CleanAsync();

        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("d");
        await Assertions.Expect(page.Locator("td.why")).ToContainTextAsync(Markup);
        await CleanAsync();

        await page.Locator("tbody a").ClickAsync();
        await Assertions.Expect(page.GetByLabel("Header name")).ToHaveValueAsync(Markup);
        await Assertions.Expect(page.Locator(".why .message")).ToContainTextAsync(Markup);
        await CleanAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Replay" }).ClickAsync();
        await Assertions.Expect(page.Locator("#toasts")).ToContainTextAsync("was replayed");
        Assert.Equal(0, dialogs);
        Assert.Empty(window.Errors);

        async Task CleanAsync() =>
            await Assertions.Expect(page.Locator("main img, main script, #toasts img, dialog img")).ToHaveCountAsync(0);
    }

    [Fact(Timeout = 60_000)]
    public async Task Html_in_JSON_is_escaped_on_its_way()
    {
        await using var host = await ShopHost.StartAsync(Ct, static options => options.Services.Add("shop"));
        await host.FailAsync([new(Markup, Markup, 1)], Ct);

        using var response = await host.Client.GetAsync(new Uri("/dashboard/api/letters?service=shop", UriKind.Relative), Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);

        Assert.DoesNotContain("<img", text, StringComparison.Ordinal);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var document = JsonDocument.Parse(text);
        Assert.Contains(Markup, document.RootElement.GetProperty("rows")[0].GetProperty("exceptionMessage").GetString(), StringComparison.Ordinal);
    }
}
