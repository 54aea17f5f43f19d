using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Messaging.Testing.Brokers;

/// <summary>Asks whoever listens on a port for the start of an AMQP handshake.</summary>
internal static class Handshake
{
    private static readonly byte[] _protocolHeader = [(byte)'A', (byte)'M', (byte)'Q', (byte)'P', 0, 0, 9, 1];

    /// <summary>Whether a broker whose name contains <paramref name="marker"/> is ready to talk there.</summary>
    public static async Task<bool> IsAnsweredByAsync(string marker, int port, CancellationToken cancellationToken)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(5));
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port, patience.Token);
            await socket.SendAsync(_protocolHeader, patience.Token);
            // The first frame, connection.start, carries the cluster's name and fits one read of this size.
            var buffer = new byte[4096];
            var length = 0;
            while (length < buffer.Length)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(length), patience.Token);
                length += read;
                if (read == 0 || Encoding.ASCII.GetString(buffer, 0, length).Contains(marker, StringComparison.OrdinalIgnoreCase))
                {
                    return read != 0;
                }
            }

            return false;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
