using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Messaging.RabbitMq;

/// <summary>
/// What the client library reads from and writes to. It has to be a network stream, so TLS is inside of it rather than
/// around it, and what is read here is always plain AMQP.
/// </summary>
/// <param name="socket">The connected socket, closed with the stream.</param>
/// <param name="owner">Counts the reads.</param>
/// <param name="tls">TLS on the same socket; null for none.</param>
internal sealed class BrokerStream(Socket socket, ConnectionSockets owner, Stream? tls) : NetworkStream(socket, ownsSocket: true)
{
    private readonly IncomingFrames _frames = new();

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        owner.CountRead();
        var read = tls is null ? base.Read(buffer) : tls.Read(buffer);
        _frames.Pass(buffer[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // The library reads again as soon as it has dealt with what it read, so a new read means that something came.
        owner.CountRead();
        var reading = tls is null ? base.ReadAsync(buffer, cancellationToken) : tls.ReadAsync(buffer, cancellationToken);
        return PassAsync(reading, buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (tls is null)
        {
            base.Write(buffer);
        }
        else
        {
            tls.Write(buffer);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        tls is null ? base.WriteAsync(buffer, cancellationToken) : tls.WriteAsync(buffer, cancellationToken);

    // These would go straight to the socket, past the frames and past TLS.
    public override IAsyncResult BeginRead(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        throw new NotSupportedException($"Read with {nameof(ReadAsync)}.");

    public override IAsyncResult BeginWrite(byte[] buffer, int offset, int count, AsyncCallback? callback, object? state) =>
        throw new NotSupportedException($"Write with {nameof(WriteAsync)}.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            tls?.Dispose();
        }

        base.Dispose(disposing);
    }

    // Pooled, as there is a read for every few messages.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> PassAsync(ValueTask<int> reading, Memory<byte> buffer)
    {
        var read = await reading.ConfigureAwait(false);
        _frames.Pass(buffer.Span[..read]);
        return read;
    }
}
