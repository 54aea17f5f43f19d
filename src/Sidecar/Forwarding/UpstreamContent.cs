using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Messaging.Compression;
using Messaging.Grpc;
using Messaging.Serialization;

namespace Messaging.Forwarding;

/// <summary>The messages of a request as they come, each sent at once.</summary>
internal sealed class UpstreamContent : HttpContent
{
    private const string Gzip = "gzip";

    private readonly IAsyncEnumerable<RawPayload> _items;
    private readonly int _maxBytes;

    public UpstreamContent(IAsyncEnumerable<RawPayload> items, string contentType, int maxBytes)
    {
        _items = items;
        _maxBytes = maxBytes;
        Headers.ContentType = new MediaTypeHeaderValue(contentType);
    }

    /// <summary>What went wrong with the messages themselves; null for nothing.</summary>
    public Exception? Failure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The headers go out now: the server may begin before there is a message.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        var output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        try
        {
            await foreach (var item in _items.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                Write(output, item);
                await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            Failure = exception;
            throw;
        }

        await output.CompleteAsync().ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private void Write(PipeWriter output, RawPayload item)
    {
        if (item.Encoding is null or Gzip)
        {
            // What is compressed as gRPC servers read it goes on as it is.
            GrpcFrameWriter.Write(output, item.Encoding is not null, item.Body.Span);
            return;
        }

        var plain = BodyDecompressor.Decompress(item.Encoding, item.Body, _maxBytes);
        try
        {
            GrpcFrameWriter.Write(output, isCompressed: false, plain.Written.Span);
        }
        finally
        {
            plain.Return();
        }
    }
}
