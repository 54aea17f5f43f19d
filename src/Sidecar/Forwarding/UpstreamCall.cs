using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Messaging.Grpc;
using Messaging.Pipeline;
using Messaging.Serialization;

namespace Messaging.Forwarding;

/// <summary>One call of the server: sends the messages, reads the replies, and ends with the server's status.</summary>
internal sealed class UpstreamCall : IDisposable
{
    private readonly UpstreamServer _server;
    private readonly HttpRequestMessage _request;
    private readonly UpstreamContent _content;
    private readonly int _maxBytes;
    private HttpResponseMessage? _response;

    public UpstreamCall(UpstreamServer server, OperationDescriptor operation, IAsyncEnumerable<RawPayload> items, int maxBytes)
    {
        _server = server;
        _maxBytes = maxBytes;
        _content = new UpstreamContent(items, "application/grpc", maxBytes);
        _request = new HttpRequestMessage(HttpMethod.Post, $"/{operation.Service}/{operation.Name}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = _content,
        };
        _request.Headers.TryAddWithoutValidation("te", "trailers");
        _request.Headers.TryAddWithoutValidation(GrpcHeaderNames.Encoding, "gzip");
        if (CallContext.Current is { } context)
        {
            AddContext(_request.Headers, context);
        }
    }

    /// <summary>Reads the replies. Complete when the server said that the call is OK.</summary>
    /// <exception cref="RpcException">It said another status, or what it said is no gRPC.</exception>
    /// <exception cref="NotTakenException">The server is away, and has not got the call.</exception>
    public async IAsyncEnumerable<RawPayload> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _response = await SendAsync(cancellationToken).ConfigureAwait(false);
        if (_response.StatusCode != HttpStatusCode.OK)
        {
            throw Failure(GrpcStatus.OfHttp((int)_response.StatusCode), $"The server answered with HTTP {(int)_response.StatusCode} instead of gRPC.");
        }

        SetHeaders(_response.Headers);
        if (!_response.Headers.Contains(GrpcHeaderNames.Status))
        {
            var body = PipeReader.Create(await _response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));
            while (await ReadFrameAsync(body, cancellationToken).ConfigureAwait(false) is { } frame)
            {
                if (frame.IsCompressed)
                {
                    throw Failure(StatusCode.Internal, "The server compressed a reply although nothing says that compressed ones are read here.");
                }

                yield return new RawPayload(frame.Body);
            }
        }

        End();
    }

    public void Dispose()
    {
        // Before its end this resets the stream: the server's handler hears of it.
        _response?.Dispose();
        _request.Dispose();
    }

    private static void AddContext(HttpRequestHeaders headers, CallContext context)
    {
        if (context.RemainingTime != Timeout.InfiniteTimeSpan)
        {
            headers.TryAddWithoutValidation(GrpcHeaderNames.Timeout, GrpcTimeout.Format(context.RemainingTime));
        }

        foreach (var (name, value) in context.Headers)
        {
            var lower = name.ToLowerInvariant();
            if (GrpcMetadata.IsName(lower) && !GrpcMetadata.IsReserved(lower) && GrpcMetadata.IsValue(lower, value))
            {
                headers.TryAddWithoutValidation(lower, value);
            }
        }
    }

    private async Task<HttpResponseMessage> SendAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _server.SendAsync(_request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            throw Translate(exception);
        }
    }

    private async ValueTask<GrpcFrame?> ReadFrameAsync(PipeReader body, CancellationToken cancellationToken)
    {
        try
        {
            return await GrpcFrameReader.ReadAsync(body, _maxBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Translate(exception);
        }
    }

    /// <summary>Says what a broken connection means for the call.</summary>
    private Exception Translate(Exception exception)
    {
        if (_content.Failure is { } own and not IOException)
        {
            // The caller's items ended badly: that is what the call ends with.
            return own;
        }

        if (exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } or { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } })
        {
            _server.ReportLost();
            return new NotTakenException($"The gRPC server at {_server.Address} is away: {exception.Message}", exception);
        }

        return Failure(StatusCode.Unavailable, $"The gRPC server at {_server.Address} broke the call off: {exception.Message}", exception);
    }

    private static void SetHeaders(HttpResponseHeaders headers)
    {
        if (CallContext.Current is { } context)
        {
            Copy(headers, context.ResponseHeaders);
        }
    }

    private void End()
    {
        var trailers = _response!.TrailingHeaders;
        if (CallContext.Current is { } context)
        {
            Copy(trailers, context.ResponseTrailers);
        }

        // A response that ended before it had a body says its status in its headers.
        var said = trailers.TryGetValues(GrpcHeaderNames.Status, out var values) || _response.Headers.TryGetValues(GrpcHeaderNames.Status, out values);
        if (!said || !GrpcStatus.TryParse(values!.First(), out var status))
        {
            throw Failure(StatusCode.Unknown, "The server ended the call without a status.");
        }

        if (status != StatusCode.OK)
        {
            var told = trailers.TryGetValues(GrpcHeaderNames.Message, out var texts) || _response.Headers.TryGetValues(GrpcHeaderNames.Message, out texts);
            throw Failure(status, told ? GrpcMessageText.Decode(texts!.First()) : string.Empty);
        }
    }

    private static void Copy(HttpResponseHeaders from, IDictionary<string, string> to)
    {
        foreach (var (name, values) in from)
        {
            var lower = name.ToLowerInvariant();
            if (GrpcMetadata.IsName(lower) && !GrpcMetadata.IsReserved(lower) && !Wire.UserHeaders.IsReserved(lower))
            {
                to[lower] = string.Join(',', values);
            }
        }
    }

    private static RpcException Failure(StatusCode status, string detail, Exception? cause = null) => new(status, detail, cause);
}
