using System.Text.Json.Nodes;
using Messaging.Gateway.Tests.Grpc;
using Messaging.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Gateway.Tests.Http;

public sealed class CurlTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task Curl_calls_sends_streams_and_is_told_of_a_fault_through_RabbitMQ()
    {
        await using var broker = await PrivateBroker.StartNewAsync(Ct);
        await using var host = await DeskHost.StartAsync(Ct, configure: builder => builder.UseRabbitMq(options => options.Uri = broker.Uri));

        Assert.Equal("""200 application/json {"text":"hi"}""", await CurlAsync(host, "Echo", """{"text":"hi"}"""));

        Assert.Equal("202  ", await CurlAsync(host, "File", """{"text":"one"}""", "-H", "Message-Id: order-1"));
        Assert.Equal("one", await host.Signals.Filed.Reader.ReadAsync(Ct));

        Assert.Equal("200 application/x-ndjson {\"text\":\"1\"}\n{\"text\":\"2\"}\n", await CurlAsync(host, "List", """{"count":2,"then":"end"}""", "-N"));

        var fault = await CurlAsync(host, "Fail", """{"status":0,"detail":""}""");
        Assert.StartsWith("400 application/problem+json ", fault, StringComparison.Ordinal);
        Assert.Equal("DeskFull", (string?)JsonNode.Parse(fault["400 application/problem+json ".Length..])!["fault"]);
    }

    // The status, the content type and the body.
    private static async Task<string> CurlAsync(DeskHost host, string method, string json, params string[] options)
    {
        var (code, output) = await Command.RunAsync(
            "curl",
            ["-sS", "--json", json, "-w", "\u0001%{http_code} %{content_type} ", .. options, $"{host.Gateway.Http}desk/{method}"],
            AppContext.BaseDirectory,
            Ct);
        Assert.True(code == 0, output);
        var end = output.LastIndexOf('\u0001');
        return output[(end + 1)..] + output[..end];
    }
}
