using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Messaging.Testing.Proxying;

/// <summary>One connection through a <see cref="FaultProxy"/>: two sockets, and a pump for each direction.</summary>
internal sealed class ProxiedConnection(Socket client, Socket broker) : IDisposable
{
    private const int ReadBytes = 16 * 1024;

    // So little is on its way that who writes too much feels it soon.
    private const int ChunksUnderWay = 8;

    // A throttled direction passes its bytes in so many portions a second.
    private const int PortionsPerSecond = 20;

    private readonly CancellationTokenSource _ended = new();

    /// <summary>Pumps both ways until both sides have ended.</summary>
    public Task PumpAsync(FaultyDirection upstream, FaultyDirection downstream)
    {
        client.NoDelay = true;
        broker.NoDelay = true;
        return Task.WhenAll(PumpAsync(client, broker, upstream), PumpAsync(broker, client, downstream));
    }

    /// <summary>RST to both sides.</summary>
    public void Reset()
    {
        Abort(client);
        Abort(broker);
        try
        {
            _ended.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself at this moment.
        }
    }

    public void Dispose()
    {
        client.Dispose();
        broker.Dispose();
        _ended.Dispose();
    }

    private static void Abort(Socket socket)
    {
        try
        {
            // Closing with no time to linger is what sends a reset.
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }

        socket.Dispose();
    }

    private async Task PumpAsync(Socket from, Socket to, FaultyDirection direction)
    {
        var line = Channel.CreateBounded<(byte[] Bytes, long Due)>(ChunksUnderWay);
        var writing = WriteAsync(line.Reader, to, direction);
        try
        {
            await ReadAsync(from, line.Writer, direction);
            line.Writer.Complete();
            await writing;
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException or ChannelClosedException)
        {
            // A side that was reset: so is the other.
            Reset();
        }
    }

    private async Task ReadAsync(Socket from, ChannelWriter<(byte[] Bytes, long Due)> line, FaultyDirection direction)
    {
        var last = 0L;
        var buffer = new byte[ReadBytes];
        while (true)
        {
            await direction.WhenHeardAsync(_ended.Token);
            var count = await from.ReceiveAsync(buffer, _ended.Token);
            await direction.WhenHeardAsync(_ended.Token);
            if (count == 0)
            {
                return;
            }

            var ticks = (long)(direction.NextDelay().TotalSeconds * Stopwatch.Frequency);
            last = Math.Max(last, Stopwatch.GetTimestamp() + ticks);
            await line.WriteAsync((buffer[..count], last), _ended.Token);
        }
    }

    private async Task WriteAsync(ChannelReader<(byte[] Bytes, long Due)> line, Socket to, FaultyDirection direction)
    {
        try
        {
            await foreach (var (bytes, due) in line.ReadAllAsync(_ended.Token))
            {
                var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, _ended.Token);
                }

                await SendAsync(bytes, to, direction);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            Reset();
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes, Socket to, FaultyDirection direction)
    {
        while (bytes.Length > 0)
        {
            await direction.WhenHeardAsync(_ended.Token);
            var portion = direction.BytesPerSecond is { } rate ? Math.Max(1, rate / PortionsPerSecond) : bytes.Length;
            var count = await to.SendAsync(bytes[..Math.Min(portion, bytes.Length)], _ended.Token);
            bytes = bytes[count..];
            if (direction.BytesPerSecond is not null)
            {
                await Task.Delay(TimeSpan.FromSeconds(1.0 / PortionsPerSecond), _ended.Token);
            }
        }
    }
}
