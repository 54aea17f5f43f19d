using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messaging.Dashboard.Tests.Protection;

public sealed class GateTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Addresses => ["/dashboard/", "/dashboard/app.js", "/dashboard/api/events", "/dashboard/api/history", "/dashboard/api/letters?service=shop", "/dashboard/api/letter?service=shop&key=x", "/dashboard/api/operations?service=shop"];

    [Fact(Timeout = 60_000)]
    public async Task Without_authorization_every_address_is_refused_outside_development_and_says_what_to_do()
    {
        await using var host = await ShopHost.StartAsync(Ct, environment: "Production", withWorkers: false);
        foreach (var address in Addresses.Select(static row => row.Data))
        {
            using var response = await host.Client.GetAsync(new Uri(address, UriKind.Relative), Ct);

            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
            Assert.Contains("RequireAuthorization()", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }

        foreach (var action in new[] { "letters/replay", "letters/delete", "try" })
        {
            await host.ActAsync(action, "{}", Ct, HttpStatusCode.Forbidden);
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("OPTIONS")]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task Actions_are_taken_by_POST_alone(string method)
    {
        await using var host = await ShopHost.StartAsync(Ct, withWorkers: false);
        foreach (var action in new[] { "letters/replay", "letters/delete", "try" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri($"/dashboard/api/{action}", UriKind.Relative)) { Headers = { { "X-Messaging-Dashboard", "1" } } };

            using var response = await host.Client.SendAsync(request, Ct);

            Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
            Assert.Equal(["POST"], response.Content.Headers.Allow);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task It_is_open_outside_development_where_the_options_say_so()
    {
        await using var host = await ShopHost.StartAsync(Ct, options => options.AllowAnonymous = true, environment: "Production", withWorkers: false);

        using var response = await host.Client.GetAsync(new Uri("/dashboard/", UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task With_authorization_only_those_come_in_who_are_allowed()
    {
        await using var host = await ShopHost.StartAsync(
            Ct,
            environment: "Production",
            withWorkers: false,
            services: static services =>
            {
                services.AddAuthentication("header").AddScheme<AuthenticationSchemeOptions, HeaderScheme>("header", configureOptions: null);
                services.AddAuthorization();
            },
            map: static app => app.MapMessagingDashboard("/ops/queues").RequireAuthorization());

        using var stranger = await host.Client.GetAsync(new Uri("/ops/queues/", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);

        host.Client.DefaultRequestHeaders.Add("Who", "alice");
        using var alice = await host.Client.GetAsync(new Uri("/ops/queues", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.OK, alice.StatusCode);
        Assert.Equal("/ops/queues/", alice.RequestMessage!.RequestUri!.AbsolutePath);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_endpoint_that_allows_anybody_is_not_protected()
    {
        await using var host = await ShopHost.StartAsync(
            Ct, environment: "Production", withWorkers: false, services: static services => services.AddAuthorization().AddAuthentication(),
            map: static app => app.MapMessagingDashboard().RequireAuthorization().AllowAnonymous());

        using var response = await host.Client.GetAsync(new Uri("/dashboard/", UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task Mapping_without_adding_says_what_to_call()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();

        var exception = Assert.Throws<InvalidOperationException>(() => app.MapMessagingDashboard());

        Assert.Contains("AddDashboard()", exception.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Nothing_of_the_page_is_inline_and_nothing_comes_from_elsewhere()
    {
        await using var host = await ShopHost.StartAsync(Ct, withWorkers: false);
        using var response = await host.Client.GetAsync(new Uri("/dashboard/", UriKind.Relative), Ct);

        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory(Timeout = 60_000)]
    [InlineData("Origin", "https://evil.example", null)]
    [InlineData("Origin", "null", null)]
    [InlineData("Sec-Fetch-Site", "cross-site", null)]
    [InlineData("Sec-Fetch-Site", "same-site", null)]
    [InlineData(null, null, "X-Messaging-Dashboard")]
    public async Task Another_sites_page_can_do_nothing(string? header, string? value, string? left)
    {
        await using var host = await ShopHost.StartAsync(Ct, withWorkers: false);

        var problem = await host.ActAsync("letters/delete", """{"service":"shop","keys":["x"]}""", Ct, HttpStatusCode.Forbidden, request =>
        {
            if (header is not null)
            {
                request.Headers.TryAddWithoutValidation(header, value);
            }

            if (left is not null)
            {
                request.Headers.Remove(left);
            }
        });

        Assert.Equal("Not from this page", problem.GetProperty("title").GetString());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_form_of_another_site_can_do_nothing()
    {
        await using var host = await ShopHost.StartAsync(Ct, withWorkers: false);

        await host.ActAsync("try", "{}", Ct, HttpStatusCode.UnsupportedMediaType, static request => request.Content = new StringContent("""{"service":"shop"}""", System.Text.Encoding.UTF8, "text/plain"));
    }

    [Fact(Timeout = 60_000)]
    public async Task One_that_only_shows_does_nothing()
    {
        await using var host = await ShopHost.StartAsync(Ct, static options => options.ReadOnly = true, withWorkers: false);
        foreach (var action in new[] { "letters/replay", "letters/delete", "try" })
        {
            var problem = await host.ActAsync(action, "{}", Ct, HttpStatusCode.Forbidden);
            Assert.Contains("read only", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("letters/replay", """{"service":"shop","keys":[]}""", HttpStatusCode.BadRequest)]
    [InlineData("letters/replay", """{"service":"shop","keys":[null]}""", HttpStatusCode.BadRequest)]
    [InlineData("letters/replay", """{"service":"other","keys":["x"]}""", HttpStatusCode.NotFound)]
    [InlineData("letters/replay", """{"service":"shop","keys":["x"],"headers":{"attempt":"1"}}""", HttpStatusCode.BadRequest)]
    [InlineData("letters/replay", """{"service":"shop","keys":["x"],"headers":{"a":null}}""", HttpStatusCode.BadRequest)]
    [InlineData("letters/replay", """{"service":"shop","keys":["x","y"],"body":"{}"}""", HttpStatusCode.BadRequest)]
    [InlineData("letters/delete", "{", HttpStatusCode.BadRequest)]
    [InlineData("letters/delete", "null", HttpStatusCode.BadRequest)]
    [InlineData("letters/delete", """{"service":null,"keys":["x"]}""", HttpStatusCode.BadRequest)]
    [InlineData("try", """{"service":"amq.x","method":"Quote","body":""}""", HttpStatusCode.BadRequest)]
    [InlineData("try", """{"service":"shop","method":"Quote","body":"","timeoutMs":0}""", HttpStatusCode.BadRequest)]
    [InlineData("try", """{"service":"shop","method":"Quote"}""", HttpStatusCode.BadRequest)]
    public async Task What_makes_no_sense_is_refused_with_a_reason(string action, string json, HttpStatusCode status)
    {
        await using var host = await ShopHost.StartAsync(Ct, static options => options.Services.Add("shop"), withWorkers: false);

        var problem = await host.ActAsync(action, json, Ct, status);

        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var host = await ShopHost.StartAsync(
            Ct, static options => { options.Services.Add("shop"); options.MaxBodyBytes = 1024; }, withWorkers: false);

        var edited = await host.ActAsync("letters/replay", $$"""{"service":"shop","keys":["x"],"body":"{{new string('x', 2000)}}"}""", Ct, HttpStatusCode.BadRequest);
        var flood = await host.ActAsync("letters/replay", $$"""{"service":"shop","keys":["x"],"body":"{{new string('x', 400_000)}}"}""", Ct, HttpStatusCode.RequestEntityTooLarge);

        Assert.Contains("MaxBodyBytes", edited.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("MaxBodyBytes", flood.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private sealed class HeaderScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers["Who"] is [{ } name]
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], Scheme.Name)), Scheme.Name))
            : AuthenticateResult.NoResult());
    }
}
