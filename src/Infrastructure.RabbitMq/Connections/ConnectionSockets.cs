using System.Net.Sockets;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>
/// Makes the sockets of one connection and keeps them. The client library can wait without end for a peer that neither
/// reads nor answers, and then closing the socket under it is the one thing that frees its threads and memory.
/// </summary>
internal sealed class ConnectionSockets : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly List<Socket> _sockets = new(capacity: 2);
    private long _reads;
    private bool _disposed;

    /// <summary>Grows whenever something has come in.</summary>
    public long Reads => Volatile.Read(ref _reads);

    public ITcpClient Create(AddressFamily family)
    {
        var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveBufferSize = BufferBytes,
            SendBufferSize = BufferBytes,
        };
        lock (_lock)
        {
            if (_disposed)
            {
                socket.Dispose();
            }
            else
            {
                _sockets.Add(socket);
            }
        }

        return new Client(socket, this);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (var socket in _sockets)
            {
                socket.Dispose();
            }
        }
    }

    private sealed class Client(Socket socket, ConnectionSockets owner) : TcpClientAdapter(socket)
    {
        private CountingStream? _stream;

        public override NetworkStream GetStream() => _stream ??= new CountingStream(Client, owner);
    }

    // The library reads again as soon as it has dealt with what it read, so a new read means that something came.
    private sealed class CountingStream(Socket socket, ConnectionSockets owner) : NetworkStream(socket, ownsSocket: true)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref owner._reads);
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
