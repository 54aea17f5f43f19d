using System.Net;
using System.Net.Sockets;
using Messaging.Gateway.Tests.Http;

namespace Messaging.Gateway.Tests.Protection;

public sealed class SlowClientTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_takes_nothing_loses_its_stream(bool grpc)
    {
        await using var host = await DeskHost.StartAsync(Ct, static options => options.Limits.WriteTimeout = TimeSpan.FromMilliseconds(300));
        using var client = await OpenAsync(host, grpc ? "application/grpc-web+json" : "application/json");

        // It has nobody to write for any more, and the test's client has closed nothing.
        await host.Signals.Cancelled.Task.WaitAsync(Ct);
        Assert.True(client.Connected);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_thousand_slow_clients_hold_up_nobody_else()
    {
        await using var host = await DeskHost.StartAsync(Ct);
        var slow = new List<TcpClient>();
        try
        {
            for (var i = 0; i < 1000; i++)
            {
                slow.Add(await OpenAsync(host, "application/json"));
            }

            for (var i = 0; i < 100; i++)
            {
                using var response = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct);
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }
        }
        finally
        {
            slow.ForEach(static client => client.Dispose());
        }

        await host.Signals.Cancelled.Task.WaitAsync(Ct);
    }

    // A stream of which nothing but its beginning is read.
    private static async Task<TcpClient> OpenAsync(DeskHost host, string contentType)
    {
        var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(host.Gateway.Http.Host, host.Gateway.Http.Port, Ct);
        var stream = client.GetStream();
        var body = contentType.Contains("grpc", StringComparison.Ordinal) ? "\0\0\0\0\u0002{}" : "{}";
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(
            $"POST /desk/Pour HTTP/1.1\r\nHost: localhost\r\nContent-Type: {contentType}\r\nContent-Length: {body.Length}\r\n\r\n{body}"), Ct);
        Assert.Equal(1, await stream.ReadAsync(new byte[1], Ct));
        return client;
    }
}
