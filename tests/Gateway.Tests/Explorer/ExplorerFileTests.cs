using System.Net;
using System.Net.Http.Headers;

namespace Messaging.Gateway.Tests.Explorer;

public sealed class ExplorerFileTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("/explorer", "text/html")]
    [InlineData("/explorer/explorer.css", "text/css")]
    [InlineData("/explorer/explorer.js", "text/javascript")]
    [InlineData("/explorer/icon.svg", "image/svg+xml")]
    public async Task Files_have_their_type_and_run_nothing_but_their_own(string path, string contentType)
    {
        await using var shop = await ShopHost.StartAsync(Ct);

        using var response = await shop.Client.GetAsync(new Uri(path, UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(contentType, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_that_the_browser_has_is_not_sent_again()
    {
        await using var shop = await ShopHost.StartAsync(Ct);
        using var first = await shop.Client.GetAsync(new Uri("/explorer/explorer.js", UriKind.Relative), Ct);

        var again = await AskAsync(first.Headers.ETag!);
        var other = await AskAsync(new EntityTagHeaderValue("\"other\""));

        Assert.Equal(HttpStatusCode.NotModified, again);
        Assert.Equal(HttpStatusCode.OK, other);

        async Task<HttpStatusCode> AskAsync(EntityTagHeaderValue tag)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/explorer/explorer.js", UriKind.Relative)) { Headers = { IfNoneMatch = { tag } } };
            using var response = await shop.Client.SendAsync(request, Ct);
            return response.StatusCode;
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task An_address_with_a_slash_leads_to_the_page()
    {
        await using var shop = await ShopHost.StartAsync(Ct);

        using var response = await shop.Client.GetAsync(new Uri("/explorer/", UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("/explorer", response.RequestMessage!.RequestUri!.AbsolutePath);
    }
}
