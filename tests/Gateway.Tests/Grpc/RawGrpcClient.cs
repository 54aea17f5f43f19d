using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Messaging.Gateway.Tests.Hosting;
using Messaging.Grpc;

namespace Messaging.Gateway.Tests.Grpc;

/// <summary>gRPC by hand, on HTTP/2 without TLS: what is sent, byte by byte, and all that comes back.</summary>
internal sealed class RawGrpcClient(GatewayHost host) : IDisposable
{
    private const int MaxBytes = 64 * 1024 * 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        BaseAddress = host.Http2,
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    public static byte[] Frame(string json, bool isCompressed = false) => Frame(Encoding.UTF8.GetBytes(json), isCompressed);

    public static byte[] Frame(byte[] body, bool isCompressed = false)
    {
        var wire = new ArrayBufferWriter<byte>();
        GrpcFrameWriter.Write(wire, isCompressed, body);
        return wire.WrittenMemory.ToArray();
    }

    /// <summary>Sends one message to a method of the echo and awaits the end.</summary>
    public Task<RawGrpcReply> CallAsync(string method, string json, CancellationToken cancellationToken, params (string Name, string Value)[] headers) =>
        SendAsync($"test.Echo/{method}", Frame(json), cancellationToken, headers);

    /// <summary>Sends a body and awaits the end.</summary>
    public async Task<RawGrpcReply> SendAsync(string path, byte[] body, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        using var content = new ByteArrayContent(body);
        using var response = await OpenAsync(path, content, cancellationToken, headers);
        return await RawGrpcReply.ReadAsync(response, cancellationToken);
    }

    /// <summary>Sends a request and returns with the response's headers.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, HttpContent content, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        // Disposing it would dispose the content, which may go on after the response has begun.
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/{path}", UriKind.Relative))
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc+json");
        request.Headers.TE.ParseAdd("trailers");
        foreach (var (name, value) in headers)
        {
            if (name is "content-type")
            {
                content.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    public static async Task<List<GrpcFrame>> ReadFramesAsync(Stream stream, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream);
        var frames = new List<GrpcFrame>();
        while (await GrpcFrameReader.ReadAsync(reader, MaxBytes, cancellationToken) is { } frame)
        {
            frames.Add(frame);
        }

        return frames;
    }
}

/// <summary>All of a response.</summary>
internal sealed record RawGrpcReply(HttpStatusCode Http, IReadOnlyDictionary<string, string> Headers, IReadOnlyList<GrpcFrame> Frames, IReadOnlyDictionary<string, string> Trailers)
{
    /// <summary>Whether the status came in the headers.</summary>
    public bool IsTrailersOnly => Headers.ContainsKey(GrpcHeaderNames.Status);

    public StatusCode Status => GrpcStatus.TryParse(Find(GrpcHeaderNames.Status), out var status) ? status : throw new InvalidOperationException("There is no grpc-status.");

    public string Detail => GrpcMessageText.Decode(Find(GrpcHeaderNames.Message) ?? string.Empty);

    public IEnumerable<string> Texts => Frames.Select(static frame => Encoding.UTF8.GetString(frame.Body.Span));

    public string? Find(string name) => Trailers.GetValueOrDefault(name) ?? Headers.GetValueOrDefault(name);

    public static async Task<RawGrpcReply> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var frames = await RawGrpcClient.ReadFramesAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken);
        return new RawGrpcReply(response.StatusCode, Read(response.Headers), frames, Read(response.TrailingHeaders));
    }

    private static Dictionary<string, string> Read(HttpHeaders headers) =>
        headers.NonValidated.ToDictionary(static header => header.Key.ToLowerInvariant(), static header => header.Value.ToString(), StringComparer.Ordinal);
}
