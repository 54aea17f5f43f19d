using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Messaging.Testing.Brokers;

/// <summary>Asks whoever listens on a port for the start of an AMQP handshake.</summary>
internal static class Handshake
{
    private static readonly byte[] _protocolHeader = [(byte)'A', (byte)'M', (byte)'Q', (byte)'P', 0, 0, 9, 1];

    /// <summary>Whether a broker whose name contains <paramref name="marker"/> is ready to talk there.</summary>
    public static async Task<bool> IsAnsweredByAsync(string marker, int port, CancellationToken cancellationToken) =>
        (await GreetingAsync(marker, port, cancellationToken)).Contains(marker, StringComparison.OrdinalIgnoreCase);

    /// <summary>The version that the broker there states.</summary>
    /// <exception cref="InvalidOperationException">It states none.</exception>
    public static async Task<Version> VersionAsync(int port, CancellationToken cancellationToken)
    {
        // A field of the server's properties: its name, the type S, and the length of the text in four bytes.
        const string field = "\aversionS";
        const int lengthBytes = 4;
        var greeting = await GreetingAsync(field, port, cancellationToken);
        var at = greeting.IndexOf(field, StringComparison.Ordinal) + field.Length + lengthBytes;
        if (at > field.Length + lengthBytes && at < greeting.Length)
        {
            var text = greeting.AsSpan(at, Math.Min(greeting[at - 1], greeting.Length - at));
            if (Version.TryParse(text, out var version))
            {
                return version;
            }
        }

        throw new InvalidOperationException($"The broker on port {port} states no version in its handshake: {greeting}");
    }

    /// <summary>What whoever listens says until it has said <paramref name="expected"/> or ends; nothing if nobody answers.</summary>
    private static async Task<string> GreetingAsync(string expected, int port, CancellationToken cancellationToken)
    {
        // The first frame, connection.start, carries the server's name and version and fits one read of this size.
        var buffer = new byte[4096];
        var length = 0;
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(TimeSpan.FromSeconds(5));
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, port, patience.Token);
            await socket.SendAsync(_protocolHeader, patience.Token);
            int read;
            do
            {
                read = await socket.ReceiveAsync(buffer.AsMemory(length), patience.Token);
                length += read;
            }
            while (read > 0 && length < buffer.Length && !Text().Contains(expected, StringComparison.OrdinalIgnoreCase));
        }
        catch (SocketException)
        {
            // Nobody listens, or it went away: what was said until then counts.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Whoever listens does not speak.
        }

        return Text();

        // One character per byte, so that lengths can be read from it too.
        string Text() => Encoding.Latin1.GetString(buffer, 0, length);
    }
}
