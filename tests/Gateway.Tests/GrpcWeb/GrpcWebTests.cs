using System.Buffers.Binary;
using System.Net;
using System.Text;
using Messaging.Gateway.Tests.Grpc;

namespace Messaging.Gateway.Tests.GrpcWeb;

public sealed class GrpcWebTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("application/grpc-web+json", false)]
    [InlineData("application/grpc-web+json", true)]
    [InlineData("application/grpc-web-text+json", false)]
    [InlineData("application/grpc-web-text+json", true)]
    public async Task A_call_is_answered_with_its_trailers_in_the_body(string type, bool http2)
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var (response, frames) = await SendAsync(host, "Say", RawGrpcClient.Frame("""{"value":"hi"}"""), type, http2);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
        Assert.Equal([(0, """{"value":"hi"}"""), (0x80, "grpc-status: 0\r\n")], frames);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("application/grpc-web+json")]
    [InlineData("application/grpc-web-text+json")]
    public async Task A_stream_comes_whole_and_in_order(string type)
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var (_, frames) = await SendAsync(host, "Count", RawGrpcClient.Frame("""{"value":300}"""), type, http2: false);

        Assert.Equal(301, frames.Count);
        Assert.All(frames.Take(300).Index(), static item => Assert.StartsWith($$"""{"value":"{{item.Index + 1}} """, item.Item.Text, StringComparison.Ordinal));
        Assert.Equal((0x80, "grpc-status: 0\r\n"), frames[^1]);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_failure_before_any_message_is_in_the_headers()
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var (response, frames) = await SendAsync(host, "Fail", RawGrpcClient.Frame("""{"status":5,"detail":"\u263a"}"""), "application/grpc-web+json", http2: false);

        Assert.Empty(frames);
        Assert.Equal("5", response.Headers.GetValues("grpc-status").Single());
        Assert.Equal("%E2%98%BA", response.Headers.GetValues("grpc-message").Single());
        Assert.Equal("tail", response.Headers.GetValues("x-after").Single());
    }

    [Theory(Timeout = 60_000)]
    [InlineData("Sum")]
    [InlineData("Chat")]
    public async Task A_method_that_takes_a_stream_is_unimplemented(string method)
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var (response, _) = await SendAsync(host, method, RawGrpcClient.Frame("{}"), "application/grpc-web+json", http2: false);

        Assert.Equal("12", response.Headers.GetValues("grpc-status").Single());
    }

    [Theory(Timeout = 60_000)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    public async Task Text_is_read_in_padded_pieces_that_are_split_anywhere(int pieceBytes)
    {
        await using var host = await EchoHost.StartAsync(Ct);
        var text = string.Concat(RawGrpcClient.Frame("""{"value":"pieces"}""").Chunk(pieceBytes).Select(Convert.ToBase64String));
        using var http = new HttpClient { BaseAddress = host.Gateway.Http };
        using var content = new StreamedContent();
        content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc-web-text+json");
        foreach (var part in Encoding.ASCII.GetBytes(text).Chunk(3))
        {
            content.Write(part);
        }

        content.End();
        using var response = await http.PostAsync(new Uri("/test.Echo/Say", UriKind.Relative), content, Ct);

        var frames = Read(FromText(await response.Content.ReadAsStringAsync(Ct)));
        Assert.Equal((0, """{"value":"pieces"}"""), frames[0]);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("AAA", "13")]
    [InlineData("****", "13")]
    [InlineData("=AAA", "13")]
    [InlineData("AAAAAAA=AA", "13")]
    [InlineData("AP////8=", "8")]
    [InlineData("", "12")]
    public async Task Text_that_breaks_the_protocol_has_its_status(string text, string expected)
    {
        await using var host = await EchoHost.StartAsync(Ct);
        using var http = new HttpClient { BaseAddress = host.Gateway.Http };
        using var content = new StringContent(text, Encoding.ASCII, "application/grpc-web-text+json");

        using var response = await http.PostAsync(new Uri("/test.Echo/Say", UriKind.Relative), content, Ct);

        Assert.Equal(expected, response.Headers.GetValues("grpc-status").Single());
    }

    private static async Task<(HttpResponseMessage Response, List<(int Flag, string Text)> Frames)> SendAsync(EchoHost host, string method, byte[] body, string type, bool http2)
    {
        var isText = type.Contains("text", StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = http2 ? host.Gateway.Http2 : host.Gateway.Http };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/test.Echo/{method}", UriKind.Relative))
        {
            Content = new ByteArrayContent(isText ? Encoding.ASCII.GetBytes(Convert.ToBase64String(body)) : body) { Headers = { { "Content-Type", type } } },
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var response = await http.SendAsync(request, Ct);
        var bytes = await response.Content.ReadAsByteArrayAsync(Ct);
        return (response, Read(isText ? FromText(Encoding.ASCII.GetString(bytes)) : bytes));
    }

    private static byte[] FromText(string text)
    {
        var bytes = new List<byte>();
        foreach (var group in text.Chunk(4))
        {
            bytes.AddRange(Convert.FromBase64String(new string(group)));
        }

        return [.. bytes];
    }

    private static List<(int Flag, string Text)> Read(byte[] body)
    {
        var frames = new List<(int, string)>();
        for (var at = 0; at < body.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(body.AsSpan(at + 1));
            frames.Add((body[at], Encoding.UTF8.GetString(body, at + 5, length)));
            at += 5 + length;
        }

        return frames;
    }
}
