using System.Net;
using System.Threading.Channels;

namespace Messaging.Gateway.Tests.Grpc;

/// <summary>A request body that is written while the response is read.</summary>
internal sealed class StreamedContent : HttpContent
{
    private readonly Channel<byte[]> _parts = Channel.CreateUnbounded<byte[]>();

    public void Write(byte[] part) => _parts.Writer.TryWrite(part);

    public void End() => _parts.Writer.TryComplete();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.FlushAsync();
        await foreach (var part in _parts.Reader.ReadAllAsync())
        {
            await stream.WriteAsync(part);
            await stream.FlushAsync();
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
