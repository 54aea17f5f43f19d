using System.Net;

namespace Messaging.Gateway.Tests.Hosting;

public sealed class GatewayHostTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task What_is_no_gRPC_goes_to_the_HTTP_door()
    {
        await using var host = await GatewayHost.StartAsync(static _ => { }, gateway: null, Ct);
        using var http = new HttpClient { BaseAddress = host.Http };
        using var content = new ByteArrayContent([1]) { Headers = { { "Content-Type", "image/png" } } };

        using var response = await http.PostAsync(new Uri("/orders/Quote", UriKind.Relative), content, Ct);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }
}
