using System.Net;
using System.Text;
using Messaging.Gateway.Tests.Explorer;
using Messaging.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Gateway.Tests.Host;

/// <summary>The ready program, as a process of its own against RabbitMQ.</summary>
public sealed class GatewayProgramTests : IAsyncLifetime
{
    private PrivateBroker _broker = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _broker = await PrivateBroker.StartNewAsync(Ct);

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact(Timeout = 120_000)]
    public async Task It_forwards_calls_and_answers_gRPC_and_says_that_it_is_ready_while_the_broker_is_there()
    {
        using var worker = await StartWorkerAsync();
        var (process, http, http2) = await GatewayProcess.StartAsync(_broker.Uri, Ct);
        await using var disposal = process;
        using var client = new HttpClient { BaseAddress = http };
        await WaitForAsync(client, HttpStatusCode.OK);

        using var body = new StringContent("""{"customer":"acme","lines":[{"sku":"tea","quantity":2}]}""", Encoding.UTF8, "application/json");
        using var quote = await client.PostAsync(new Uri("/orders/Quote", UriKind.Relative), body, Ct);
        var grpcStatus = await CheckHealthByGrpcAsync(http2);
        using var explorer = await client.GetAsync(new Uri("/explorer", UriKind.Relative), Ct);
        await _broker.KillAsync();
        await WaitForAsync(client, HttpStatusCode.ServiceUnavailable);
        using var live = await client.GetAsync(new Uri("/healthz/live", UriKind.Relative), Ct);

        Assert.Contains("\"total\":39.80", await quote.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal("0", grpcStatus);
        Assert.Equal(HttpStatusCode.NotFound, explorer.StatusCode);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        await worker.StopAsync(Ct);
    }

    [Fact(Timeout = 120_000)]
    public async Task It_shows_the_explorer_where_that_is_asked_for()
    {
        var (process, http, _) = await GatewayProcess.StartAsync(_broker.Uri, Ct, "--Messaging:Host:Explorer", "true");
        await using var disposal = process;
        using var client = new HttpClient { BaseAddress = http };

        using var response = await client.GetAsync(new Uri("/", UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("/explorer", response.RequestMessage!.RequestUri!.AbsolutePath);
    }

    private async Task<IHost> StartWorkerAsync()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddMessaging().UseRabbitMq(options => options.Uri = _broker.Uri).AddWorker<IOrders, OrdersWorker>();
        var host = builder.Build();
        await host.StartAsync(Ct);
        return host;
    }

    // The program says nothing when its connection comes and goes, but for this.
    private static async Task WaitForAsync(HttpClient client, HttpStatusCode status)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            using var response = await client.GetAsync(new Uri("/healthz/ready", UriKind.Relative), Ct);
            if (response.StatusCode == status)
            {
                return;
            }

            await timer.WaitForNextTickAsync(Ct);
        }
    }

    /// <summary>Asks for the health of the gateway itself. The request is an empty message.</summary>
    private static async Task<string> CheckHealthByGrpcAsync(Uri address)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, "/grpc.health.v1.Health/Check"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { { "Content-Type", "application/grpc" } } },
            Headers = { { "te", "trailers" } },
        };
        using var response = await client.SendAsync(request, Ct);
        var message = await response.Content.ReadAsByteArrayAsync(Ct);

        // SERVING: the field 1 is 1.
        Assert.Equal([0, 0, 0, 0, 2, 8, 1], message);
        return response.TrailingHeaders.GetValues("grpc-status").Single();
    }
}
