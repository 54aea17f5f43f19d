using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>
/// Makes the sockets of one connection and keeps them. The client library can wait without end for a peer that neither
/// reads nor answers, and then closing the socket under it is the one thing that frees its threads and memory.
/// </summary>
/// <param name="handshake">Begins TLS on them; null for none.</param>
internal sealed class ConnectionSockets(TlsHandshake? handshake) : IDisposable
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

        return new Client(socket, this, handshake);
    }

    /// <summary>Something has come in.</summary>
    public void CountRead() => Interlocked.Increment(ref _reads);

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

    private sealed class Client(Socket socket, ConnectionSockets owner, TlsHandshake? handshake) : TcpClientAdapter(socket)
    {
        private Stream? _tls;
        private BrokerStream? _stream;

        public override async Task ConnectAsync(IPAddress ep, int port, CancellationToken cancellationToken = default)
        {
            await base.ConnectAsync(ep, port, cancellationToken).ConfigureAwait(false);
            if (handshake is not null)
            {
                _tls = await handshake.ShakeAsync(new NetworkStream(Client, ownsSocket: false), cancellationToken).ConfigureAwait(false);
            }
        }

        public override NetworkStream GetStream() => _stream ??= new BrokerStream(Client, owner, _tls);
    }
}
