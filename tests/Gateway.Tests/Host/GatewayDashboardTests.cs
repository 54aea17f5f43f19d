using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Messaging.Gateway.Tests.Host;

/// <summary>The dashboard in the gateway's program, and who may use it. None of it needs a broker.</summary>
public sealed class GatewayDashboardTests
{
    private static readonly Uri _nowhere = new("amqp://127.0.0.1:1");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("Messaging:Host:Dashboard is true, and nobody may use it", "--Messaging:Host:Dashboard", "true")]
    [InlineData("at least 12 characters", "--Messaging:Host:DashboardUsers:alice", "short")]
    public async Task It_does_not_start_open(string message, params string[] arguments)
    {
        await using var process = GatewayProcess.Start(["--Messaging:Gateway:Services:0", "orders", .. arguments]);

        var (code, output) = await process.EndAsync(Ct);

        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Equal(1, code);
    }

    [Fact(Timeout = 60_000)]
    public async Task Those_with_a_password_come_in_and_nobody_else()
    {
        var (process, http, _) = await GatewayProcess.StartAsync(
            _nowhere, Ct, "--Messaging:Host:Dashboard", "true", "--Messaging:Host:DashboardUsers:alice", "correct horse battery");
        await using var ends = process;
        using var client = new HttpClient { BaseAddress = http };

        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(null)).StatusCode);
        Assert.Equal("Basic", (await AskAsync(null)).Headers.WwwAuthenticate.Single().Scheme);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync("alice:wrong")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync("bob:correct horse battery")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync("alice")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("alice:correct horse battery")).StatusCode);

        async Task<HttpResponseMessage> AskAsync(string? credentials)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/dashboard/");
            if (credentials is not null)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
            }

            return await client.SendAsync(request, Ct);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task It_is_not_there_where_nobody_asked_for_it()
    {
        var (process, http, _) = await GatewayProcess.StartAsync(_nowhere, Ct);
        await using var ends = process;
        using var client = new HttpClient { BaseAddress = http };

        using var response = await client.GetAsync(new Uri("/dashboard/", UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
