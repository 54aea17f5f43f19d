using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Gateway.Tests.Http;

public sealed class HttpCallTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_call_is_forwarded_and_its_reply_comes_as_the_worker_wrote_it(bool http2)
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await (http2 ? host.Client2 : host.Client).PostAsync(new Uri("/desk/Echo", UriKind.Relative), DeskHost.Json("""{"text":"hi"}"""), Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(http2 ? HttpVersion.Version20 : HttpVersion.Version11, response.Version);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("""{"text":"hi"}""", await response.Content.ReadAsStringAsync(Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_xml_body_is_answered_in_xml_where_the_workers_read_it()
    {
        await using var host = await DeskHost.StartAsync(Ct, configure: static builder => builder.UseXml());

        using var response = await host.PostAsync("Echo", new StringContent("<Note><Text>hi</Text></Note>", Encoding.UTF8, "application/xml"), Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/xml", response.Content.Headers.ContentType?.ToString());
        Assert.Contains("<Text>hi</Text>", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_request_without_a_body_is_an_empty_object()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var without = await host.PostAsync("Echo", content: null, Ct);
        using var empty = await host.PostAsync("Echo", DeskHost.Json(""), Ct);

        Assert.Equal("""{"text":""}""", await without.Content.ReadAsStringAsync(Ct));
        Assert.Equal("""{"text":""}""", await empty.Content.ReadAsStringAsync(Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_method_without_a_reply_answers_without_content()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("Touch", DeskHost.Json("{}"), Ct);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("image/png")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("no type")]
    [InlineData(null)]
    public async Task A_content_type_that_is_not_read_is_refused_with_those_that_are(string? contentType)
    {
        await using var host = await DeskHost.StartAsync(Ct, configure: static builder => builder.UseXml());
        using var content = new ByteArrayContent("{}"u8.ToArray());
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var response = await host.PostAsync("Echo", content, Ct);

        var problem = await DeskHost.ReadProblemAsync(HttpStatusCode.UnsupportedMediaType, response, Ct);
        Assert.Equal("INVALID_ARGUMENT", (string?)problem["grpcStatus"]);
        if (contentType is null or "image/png")
        {
            Assert.Equal("application/json, application/xml", Assert.Single(response.Headers.GetValues("Accept-Post")));
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("gzip")]
    [InlineData("br")]
    public async Task A_compressed_body_is_read_and_its_reply_is_passed_on_compressed(string encoding)
    {
        await using var host = await DeskHost.StartAsync(Ct, worker: static options => (options.Compression.Algorithm, options.Compression.ThresholdBytes) = (CompressionAlgorithm.Gzip, 100));
        var json = $$"""{"text":"{{new string('x', 5000)}}"}""";
        using var content = new ByteArrayContent(Compress(encoding, json)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json"), ContentEncoding = { encoding } } };

        using var response = await host.PostAsync("Echo", content, Ct, ("Accept-Encoding", "br;q=0, gzip"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("gzip", Assert.Single(response.Content.Headers.ContentEncoding));
        Assert.Equal("Accept-Encoding", Assert.Single(response.Headers.Vary));
        await using var plain = new GZipStream(await response.Content.ReadAsStreamAsync(Ct), CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        Assert.Equal(json, await reader.ReadToEndAsync(Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_reply_is_not_compressed_for_a_client_that_does_not_ask_for_it()
    {
        await using var host = await DeskHost.StartAsync(Ct, worker: static options => (options.Compression.Algorithm, options.Compression.ThresholdBytes) = (CompressionAlgorithm.Gzip, 100));

        using var response = await host.PostAsync("Echo", DeskHost.Json($$"""{"text":"{{new string('x', 5000)}}"}"""), Ct);

        Assert.Empty(response.Content.Headers.ContentEncoding);
        Assert.StartsWith("{", await response.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_encoding_that_is_not_read_is_refused_with_those_that_are()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct, ("Content-Encoding", "zstd"));

        await DeskHost.ReadProblemAsync(HttpStatusCode.UnsupportedMediaType, response, Ct);
        Assert.Equal("gzip, br", string.Join(", ", response.Headers.GetValues("Accept-Encoding")));
    }

    [Fact(Timeout = 60_000)]
    public async Task Headers_travel_with_a_prefix_both_ways_and_no_others_do()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("Headers", DeskHost.Json("{}"), Ct, ("Msg-Tenant", "acme"), ("mSG-X-Two", "a"), ("Authorization", "secret"));

        Assert.Equal("""{"text":"tenant=acme;x-two=a"}""", await response.Content.ReadAsStringAsync(Ct));
        Assert.Equal(["Msg-x-head: before", "Msg-x-tail: after"], response.Headers
            .Where(static header => header.Key.StartsWith("Msg-", StringComparison.Ordinal))
            .Select(static header => $"{header.Key}: {string.Join(',', header.Value)}")
            .Order(StringComparer.Ordinal));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("Msg-Timeout-Ms", "5", "'timeout-ms' is reserved")]
    [InlineData("Msg-", "x", "is empty")]
    [InlineData("Timeout-Ms", "0", "'Timeout-Ms' is '0'")]
    [InlineData("Timeout-Ms", "soon", "'Timeout-Ms' is 'soon'")]
    [InlineData("Timeout-Ms", "99999999999999999999", "'Timeout-Ms'")]
    [InlineData("Prefer", "wait=-1", "'Prefer: wait' is '-1'")]
    [InlineData("Prefer", "wait", "'Prefer: wait' is ''")]
    [InlineData("Message-Id", "two words", "'Message-Id'")]
    public async Task A_header_that_means_nothing_is_a_bad_request(string name, string value, string detail)
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct, (name, value));

        var problem = await DeskHost.ReadProblemAsync(HttpStatusCode.BadRequest, response, Ct);
        Assert.Contains(detail, (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("Timeout-Ms", "300")]
    [InlineData("Prefer", "respond-async, wait=1")]
    public async Task A_deadline_that_passes_is_a_gateway_timeout_and_stops_the_handler(string name, string value)
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("Hang", DeskHost.Json("{}"), Ct, (name, value));

        var problem = await DeskHost.ReadProblemAsync(HttpStatusCode.GatewayTimeout, response, Ct);
        Assert.Equal("DEADLINE_EXCEEDED", (string?)problem["grpcStatus"]);
        Assert.True((bool)problem["mayHaveRun"]!);
        Assert.False(response.Headers.Contains("Preference-Applied"));
        await host.Signals.Cancelled.Task.WaitAsync(Ct);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_command_is_accepted_under_the_id_that_the_client_gives()
    {
        await using var host = await DeskHost.StartAsync(Ct);

        using var response = await host.PostAsync("File", DeskHost.Json("""{"text":"one"}"""), Ct, ("Message-Id", "order-1"), ("Prefer", "respond-async"));
        using var another = await host.PostAsync("File", DeskHost.Json("""{"text":"two"}"""), Ct);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted), (response.StatusCode, another.StatusCode));
        Assert.Equal("order-1", Assert.Single(response.Headers.GetValues("Message-Id")));
        Assert.Equal("respond-async", Assert.Single(response.Headers.GetValues("Preference-Applied")));
        Assert.NotEmpty(Assert.Single(another.Headers.GetValues("Message-Id")));
        Assert.False(another.Headers.Contains("Preference-Applied"));
        Assert.Equal(["one", "two"], new[] { await host.Signals.Filed.Reader.ReadAsync(Ct), await host.Signals.Filed.Reader.ReadAsync(Ct) }.Order(StringComparer.Ordinal));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_refused_and_one_of_the_limit_is_not(bool chunked)
    {
        await using var host = await DeskHost.StartAsync(Ct, static options => options.MaxRequestBytes = 1000);
        var fits = $$"""{"text":"{{new string('x', 1000 - 11)}}"}""";

        using var fitting = DeskHost.Request("Echo", DeskHost.Json(fits));
        using var larger = DeskHost.Request("Echo", DeskHost.Json(fits + " "));
        fitting.Headers.TransferEncodingChunked = larger.Headers.TransferEncodingChunked = chunked;
        using var accepted = await host.Client.SendAsync(fitting, Ct);
        using var refused = await host.Client.SendAsync(larger, Ct);

        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        var problem = await DeskHost.ReadProblemAsync(HttpStatusCode.RequestEntityTooLarge, refused, Ct);
        Assert.Equal("RESOURCE_EXHAUSTED", (string?)problem["grpcStatus"]);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_leaves_stops_the_handler(bool http2)
    {
        await using var host = await DeskHost.StartAsync(Ct);
        using var leaving = new CancellationTokenSource();
        using var content = DeskHost.Json("{}");

        var call = (http2 ? host.Client2 : host.Client).PostAsync(new Uri("/desk/Hang", UriKind.Relative), content, leaving.Token);
        await host.Signals.Started.Task.WaitAsync(Ct);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await host.Signals.Cancelled.Task.WaitAsync(Ct);
    }

    private static byte[] Compress(string encoding, string text)
    {
        using var output = new MemoryStream();
        using (Stream compressor = string.Equals(encoding, "br", StringComparison.Ordinal) ? new BrotliStream(output, CompressionLevel.Fastest) : new GZipStream(output, CompressionLevel.Fastest))
        {
            compressor.Write(Encoding.UTF8.GetBytes(text));
        }

        return output.ToArray();
    }

    [Theory(Timeout = 60_000)]
    [InlineData("https://elsewhere.example", 415)]
    [InlineData("null", 415)]
    [InlineData("http://localhost:1", 415)]
    [InlineData("same", 200)]
    [InlineData(null, 200)]
    public async Task A_page_of_another_origin_calls_nothing_without_a_preflight(string? origin, int expected)
    {
        await using var host = await DeskHost.StartAsync(Ct);
        var own = host.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        (string, string)[] headers = origin is null ? [] : [("Origin", origin is "same" ? own : origin)];

        using var response = await host.PostAsync("Echo", content: null, Ct, headers);

        Assert.Equal(expected, (int)response.StatusCode);
    }
}
