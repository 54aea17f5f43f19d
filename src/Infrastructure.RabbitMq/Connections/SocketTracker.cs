using System.Net.Sockets;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>
/// Makes the sockets of one connection and keeps them: the client library can wait without end for a peer that neither
/// reads nor answers, and then closing the socket under it is the one thing that frees its threads and memory.
/// </summary>
internal sealed class SocketTracker : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly List<Socket> _sockets = new(capacity: 2);
    private bool _disposed;

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

        return new TcpClientAdapter(socket);
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
}
