using System.Net;

namespace Messaging.Gateway.Tests.Hosting;

public sealed class GatewayHostTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_content_type_of_no_door_is_refused()
    {
        await using var host = await GatewayHost.StartAsync(static _ => { }, gateway: null, Ct);
        using var http = new HttpClient { BaseAddress = host.Http };
        using var content = new ByteArrayContent([1]) { Headers = { { "Content-Type", "image/png" } } };

        using var response = await http.PostAsync(new Uri("/orders/Quote", UriKind.Relative), content, Ct);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }
}
