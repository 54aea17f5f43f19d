using System.Net;
using Messaging.Gateway.Tests.Grpc;
using Messaging.Gateway.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Gateway.Tests.Http;

/// <summary>Nothing but POST runs an operation, at any door.</summary>
public sealed class OtherMethodsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("/desk/File", null)]
    [InlineData("/desk/Echo", null)]
    [InlineData("/desk/List", null)]
    [InlineData("/desk/File", "application/json")]
    [InlineData("/desk/File", "application/grpc-web+json")]
    [InlineData("/nobody/There", null)]
    public async Task OPTIONS_says_what_there_is_and_runs_nothing(string path, string? contentType)
    {
        await using var host = await DeskHost.StartAsync(Ct);
        using var request = Request("OPTIONS", path, contentType);

        using var response = await host.Client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(["OPTIONS", "POST"], response.Content.Headers.Allow.Order(StringComparer.Ordinal));
        Assert.False(response.Headers.Contains("Message-Id"));
        await AssertNothingRanAsync(host);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("GET", null)]
    [InlineData("HEAD", null)]
    [InlineData("PUT", "application/json")]
    [InlineData("PATCH", "application/json")]
    [InlineData("DELETE", null)]
    [InlineData("TRACE", null)]
    [InlineData("QUERY", "application/json")]
    [InlineData("MKCOL", null)]
    [InlineData("GET", "application/grpc-web+json")]
    [InlineData("PUT", "application/grpc-web-text")]
    public async Task Any_other_method_is_refused_with_those_there_are(string method, string? contentType)
    {
        await using var host = await DeskHost.StartAsync(Ct);
        using var request = Request(method, "/desk/File", contentType);

        using var response = await host.Client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["OPTIONS", "POST"], response.Content.Headers.Allow.Order(StringComparer.Ordinal));
        if (method is not "HEAD")
        {
            var problem = await DeskHost.ReadProblemAsync(HttpStatusCode.MethodNotAllowed, response, Ct);
            Assert.Contains(method, (string)problem["detail"]!, StringComparison.Ordinal);
            Assert.False((bool)problem["mayHaveRun"]!);
        }

        await AssertNothingRanAsync(host);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("OPTIONS", 204)]
    [InlineData("GET", 405)]
    [InlineData("PUT", 405)]
    [InlineData("DELETE", 405)]
    public async Task The_door_of_gRPC_takes_POST_alone(string method, int status)
    {
        await using var host = await DeskHost.StartAsync(Ct);
        using var request = Request(method, "/desk/File", "application/grpc+json");
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Content = new ByteArrayContent(RawGrpcClient.Frame("""{"text":"by grpc"}""")) { Headers = { { "Content-Type", "application/grpc+json" } } };

        using var response = await host.Client2.SendAsync(request, Ct);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(["OPTIONS", "POST"], response.Content.Headers.Allow.Order(StringComparer.Ordinal));
        await AssertNothingRanAsync(host);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("X-HTTP-Method-Override", "DELETE")]
    [InlineData("X-HTTP-Method", "GET")]
    [InlineData("X-Method-Override", "PUT")]
    public async Task A_POST_that_means_another_method_is_refused(string header, string meant)
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("File", DeskHost.Json("""{"text":"meant otherwise"}"""), Ct, (header, meant));

        var problem = await DeskHost.ReadProblemAsync(HttpStatusCode.MethodNotAllowed, response, Ct);
        Assert.Contains(meant, (string)problem["detail"]!, StringComparison.Ordinal);
        await AssertNothingRanAsync(host);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_GET_that_says_that_it_means_POST_is_no_POST()
    {
        await using var host = await DeskHost.StartAsync(Ct);
        using var request = Request("GET", "/desk/File", contentType: null);
        request.Headers.Add("X-HTTP-Method-Override", "POST");

        using var response = await host.Client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        await AssertNothingRanAsync(host);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_applications_own_pages_stay_where_they_are()
    {
        await using var host = await GatewayHost.StartAsync(
            static builder => builder.Services.AddSingleton(new DeskSignals()),
            gateway: null,
            Ct,
            static app =>
            {
                app.MapGet("/{area}/{page}", static (string page) => page);
                app.MapFallback(static context => context.Response.WriteAsync("fallback"));
            });
        using var http = new HttpClient { BaseAddress = host.Http };

        Assert.Equal("Echo", await http.GetStringAsync(new Uri("/desk/Echo", UriKind.Relative), Ct));
        Assert.Equal("fallback", await http.GetStringAsync(new Uri("/one/two/three", UriKind.Relative), Ct));
        using var put = await http.PutAsync(new Uri("/desk/Echo", UriKind.Relative), content: null, Ct);
        Assert.Equal("fallback", await put.Content.ReadAsStringAsync(Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_body_with_a_byte_order_mark_is_read()
    {
        await using var host = await DeskHost.StartAsync(Ct);
        using var content = new ByteArrayContent([0xEF, 0xBB, 0xBF, .. """{"text":"hi"}"""u8]) { Headers = { { "Content-Type", "Application/Json;Charset=UTF-8" } } };

        using var response = await host.PostAsync("Echo", content, Ct);

        Assert.Equal("""{"text":"hi"}""", await response.Content.ReadAsStringAsync(Ct));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("application/json; charset=utf-16", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("application/json", HttpStatusCode.BadRequest)]
    public async Task Utf16_is_refused_with_what_to_send(string contentType, HttpStatusCode status)
    {
        await using var host = await DeskHost.StartAsync(Ct);
        using var content = new ByteArrayContent(System.Text.Encoding.Unicode.GetBytes("""{"text":"hi"}""")) { Headers = { { "Content-Type", contentType } } };

        using var response = await host.PostAsync("Echo", content, Ct);

        var problem = await DeskHost.ReadProblemAsync(status, response, Ct);
        Assert.Contains("send utf-8", (string)problem["detail"]!, StringComparison.OrdinalIgnoreCase);
    }

    private static HttpRequestMessage Request(string method, string path, string? contentType)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (contentType is not null)
        {
            request.Content = new ByteArrayContent("{}"u8.ToArray()) { Headers = { { "Content-Type", contentType } } };
        }

        return request;
    }

    // What runs later than this would run before what is filed now: the commands of a desk come one behind the other.
    private static async Task AssertNothingRanAsync(DeskHost host)
    {
        using var response = await host.PostAsync("File", DeskHost.Json("""{"text":"the first"}"""), Ct);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("the first", await host.Signals.Filed.Reader.ReadAsync(Ct));
    }
}
