using System.Net;
using Messaging.Gateway.Tests.Grpc;
using Microsoft.Extensions.Options;

namespace Messaging.Gateway.Tests.GrpcWeb;

public sealed class CorsTests
{
    private const string Page = "https://shop.example";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData(Page, Page, Page)]
    [InlineData("*", Page, "*")]
    [InlineData(Page, "https://evil.example", null)]
    [InlineData(null, Page, null)]
    public async Task A_preflight_is_answered_for_the_origins_that_the_options_name(string? allowed, string origin, string? expected)
    {
        await using var host = await StartAsync(allowed);
        using var http = new HttpClient { BaseAddress = host.Gateway.Http };
        using var request = new HttpRequestMessage(HttpMethod.Options, new Uri("/test.Echo/Say", UriKind.Relative))
        {
            Headers =
            {
                { "Origin", origin },
                { "Access-Control-Request-Method", "POST" },
                { "Access-Control-Request-Headers", "content-type,x-grpc-web,grpc-timeout" },
            },
        };

        using var response = await http.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(expected, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null);
        Assert.Equal(expected is not null, response.Headers.Contains("Access-Control-Allow-Headers"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_page_may_read_the_status_and_the_handlers_headers()
    {
        await using var host = await StartAsync(Page);
        using var http = new HttpClient { BaseAddress = host.Gateway.Http };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/test.Echo/Say", UriKind.Relative))
        {
            Headers = { { "Origin", Page } },
            Content = new ByteArrayContent(RawGrpcClient.Frame("""{"value":"hi"}""")) { Headers = { { "Content-Type", "application/grpc-web+json" } } },
        };

        using var response = await http.SendAsync(request, Ct);

        Assert.Equal(Page, response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        var exposed = string.Join(',', response.Headers.GetValues("Access-Control-Expose-Headers"));
        Assert.Contains("grpc-status", exposed, StringComparison.Ordinal);
        Assert.Contains("grpc-message", exposed, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("shop.example")]
    [InlineData("https://shop.example/")]
    [InlineData("https://shop.example/page")]
    [InlineData("ftp://shop.example")]
    public async Task What_is_no_origin_stops_the_start(string origin)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(origin));

        Assert.Contains(origin, failure.Message, StringComparison.Ordinal);
    }

    private static Task<EchoHost> StartAsync(string? allowed) => EchoHost.StartAsync(Ct, options =>
    {
        if (allowed is not null)
        {
            options.Cors.AllowedOrigins.Add(allowed);
        }
    });
}
