using System.Net;
using System.Text.Json;

namespace Messaging.Dashboard.Tests.Letters;

/// <summary>Dead letters of a real worker, by way of the dashboard's server.</summary>
public sealed class LetterTests
{
    private static readonly Ship[] _failed = [new("1001", "Germany", 1), new("1002", "AT", 0), new("1003", "France", 3)];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static async Task<ShopHost> StartAsync(Action<DashboardOptions>? dashboard = null)
    {
        var host = await ShopHost.StartAsync(Ct, options =>
        {
            options.Services.Add("shop");
            dashboard?.Invoke(options);
        });
        await host.FailAsync(_failed, Ct, new Dictionary<string, string> { ["tenant"] = "acme" });
        return host;
    }

    private static string[] Keys(JsonElement list) => [.. list.GetProperty("keys").EnumerateArray().Select(static key => key.GetString()!)];

    [Theory(Timeout = 60_000)]
    [InlineData("", 3)]
    [InlineData("france", 1)]
    [InlineData("ACME ship", 3)]
    [InlineData("tenant timeoutexception", 1)]
    [InlineData("parcels carrier 1002", 1)]
    [InlineData("nobody has this", 0)]
    public async Task Each_word_is_looked_for_in_bodies_headers_and_errors(string search, int found)
    {
        await using var host = await StartAsync();

        var list = await host.AskAsync($"letters?service=shop&search={Uri.EscapeDataString(search)}", Ct);

        Assert.Equal(found, Keys(list).Length);
        Assert.Equal(3, list.GetProperty("scanned").GetInt32());
    }

    [Fact(Timeout = 60_000)]
    public async Task Lists_are_sorted_paged_and_bounded()
    {
        await using var host = await StartAsync(static options => options.MaxDeadLetters = 2);

        var list = await host.AskAsync("letters?service=shop&sort=size&order=descending&limit=1&offset=1", Ct);
        var odd = await host.AskAsync("letters?service=shop&sort=nothing&limit=-3&offset=x", Ct);

        Assert.Equal(3, list.GetProperty("total").GetInt64());
        Assert.Equal(2, Keys(list).Length);
        Assert.Equal(Keys(list)[1], Assert.Single(list.GetProperty("rows").EnumerateArray()).GetProperty("key").GetString());
        Assert.Equal(2, odd.GetProperty("rows").GetArrayLength());
    }

    [Fact(Timeout = 60_000)]
    public async Task Two_people_at_once_replay_a_command_once()
    {
        await using var host = await StartAsync();
        var keys = Keys(await host.AskAsync("letters?service=shop&search=germany", Ct));
        var json = JsonSerializer.Serialize(new { service = "shop", keys, body = """{"orderId":"1001","country":"DE","parcels":1}""" });

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.ActAsync("letters/replay", json, Ct)));

        Assert.Equal(1, outcomes.Sum(static outcome => outcome.GetProperty("done").GetInt64()));
        Assert.Equal(3, outcomes.Sum(static outcome => outcome.GetProperty("missing").GetInt64()));
        Assert.Equal("DE", (await host.Shipped.NextAsync(Ct)).Command.Country);
        Assert.Equal(2, await host.DeadLetters.CountAsync("shop", Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_failed_again_is_another_letter_that_was_not_decided_on()
    {
        await using var host = await StartAsync();
        var keys = Keys(await host.AskAsync("letters?service=shop&search=germany", Ct));
        var json = JsonSerializer.Serialize(new { service = "shop", keys });
        await host.ActAsync("letters/replay", json, Ct);
        while (await host.DeadLetters.CountAsync("shop", Ct) < 3)
        {
            await Task.Delay(20, Ct);
        }

        var deleted = await host.ActAsync("letters/delete", json, Ct);

        Assert.Equal(0, deleted.GetProperty("done").GetInt64());
        var again = await host.AskAsync("letters?service=shop&search=germany", Ct);
        Assert.Equal(1, again.GetProperty("rows")[0].GetProperty("replays").GetInt32());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_letter_is_shown_in_full_and_one_that_is_gone_says_so()
    {
        await using var host = await StartAsync();
        var key = Keys(await host.AskAsync("letters?service=shop&search=germany", Ct)).Single();

        var letter = await host.AskAsync($"letter?service=shop&key={key}", Ct);
        using var gone = await host.Client.GetAsync(new Uri("/dashboard/api/letter?service=shop&key=other", UriKind.Relative), Ct);

        Assert.Equal("acme", letter.GetProperty("headers").GetProperty("tenant").GetString());
        Assert.Contains("Germany", letter.GetProperty("body").GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal("Messaging.RpcException", letter.GetProperty("row").GetProperty("exceptionType").GetString());
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_replay_that_the_broker_does_not_take_says_why_and_keeps_the_letter()
    {
        await using var host = await StartAsync();
        var keys = Keys(await host.AskAsync("letters?service=shop&search=germany", Ct));
        var headers = new Dictionary<string, string> { ["attempt"] = "9" };

        var problem = await host.ActAsync("letters/replay", JsonSerializer.Serialize(new { service = "shop", keys, headers }), Ct, HttpStatusCode.BadRequest);

        Assert.Contains("'attempt' is reserved", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("still here", problem.GetProperty("remedy").GetString(), StringComparison.Ordinal);
        Assert.Equal(3, await host.DeadLetters.CountAsync("shop", Ct));
    }
}
