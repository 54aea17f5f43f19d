using System.Net;
using System.Threading.Channels;

namespace Messaging.Gateway.Tests.Grpc;

/// <summary>A request body that is written while the response is read.</summary>
internal sealed class StreamedContent : HttpContent
{
    private readonly Channel<byte[]> _parts = Channel.CreateUnbounded<byte[]>();

    public void Write(byte[] part) => _parts.Writer.TryWrite(part);

    public void End() => _parts.Writer.TryComplete();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    // A response that is disposed cancels it.
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.FlushAsync(cancellationToken);
        await foreach (var part in _parts.Reader.ReadAllAsync(cancellationToken))
        {
            await stream.WriteAsync(part, cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        _parts.Writer.TryComplete();
        base.Dispose(disposing);
    }
}
