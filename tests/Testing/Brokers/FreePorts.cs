using System.Net;
using System.Net.Sockets;

namespace Messaging.Testing.Brokers;

/// <summary>Ports that nobody listens on, from below the range that systems hand to outgoing connections.</summary>
internal static class FreePorts
{
    private const int First = 20_000;
    private const int End = 32_000;

    public static int Take()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Random.Shared.Next(First, End);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException($"No free port between {First} and {End} for a private broker in 1,000 tries. Look at what listens there: ss -ltn.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
