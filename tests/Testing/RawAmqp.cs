using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Messaging.Testing;

/// <summary>Publishes one message whose header table is given byte by byte, as no client library would.</summary>
public static class RawAmqp
{
    private const byte Method = 1;
    private const byte Header = 2;
    private const byte Body = 3;
    private const byte FrameEnd = 0xCE;
    private const ushort HeadersOnly = 1 << 13;

    /// <summary>What of a frame a header table may take: the size that brokers propose, less what else the frame holds.</summary>
    public const int MaxTableBytes = 131_072 - 100;

    /// <summary>Publishes to a queue by the default exchange; complete when the broker has it.</summary>
    /// <param name="port">The broker's port.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="headerTable">The table, its length first.</param>
    /// <param name="body">The body.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Complete when the broker has it.</returns>
    /// <exception cref="InvalidOperationException">The broker refused it.</exception>
    public static async Task PublishAsync(int port, string queue, byte[] headerTable, byte[] body, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray(), cancellationToken);
        await ReadFrameAsync(stream, cancellationToken);
        await WriteAsync(stream, Method, 0, [0, 10, 0, 11, 0, 0, 0, 0, .. Short("PLAIN"), .. Long("\0guest\0guest"), .. Short("en_US")], cancellationToken);
        var tune = await ReadFrameAsync(stream, cancellationToken);

        // Channels and frame size as the broker proposes, and no heartbeats.
        await WriteAsync(stream, Method, 0, [0, 10, 0, 31, .. tune[4..10], 0, 0], cancellationToken);
        await WriteAsync(stream, Method, 0, [0, 10, 0, 40, .. Short("/"), 0, 0], cancellationToken);
        await ReadFrameAsync(stream, cancellationToken);
        await WriteAsync(stream, Method, 1, [0, 20, 0, 10, 0], cancellationToken);
        await ReadFrameAsync(stream, cancellationToken);

        await WriteAsync(stream, Method, 1, [0, 60, 0, 40, 0, 0, 0, .. Short(queue), 0], cancellationToken);
        await WriteAsync(stream, Header, 1, [0, 60, 0, 0, .. Number((ulong)body.Length), HeadersOnly >> 8, HeadersOnly & 0xff, .. headerTable], cancellationToken);
        await WriteAsync(stream, Body, 1, body, cancellationToken);

        // channel.close is answered behind all that came before it.
        await WriteAsync(stream, Method, 1, [0, 20, 0, 40, 0, 0, 0, 0, 0, 0, 0], cancellationToken);
        var answer = await ReadFrameAsync(stream, cancellationToken);
        if (!answer.AsSpan().StartsWith((ReadOnlySpan<byte>)[0, 20, 0, 41]))
        {
            throw new InvalidOperationException($"The broker did not take the message: {Encoding.UTF8.GetString(answer)}");
        }
    }

    /// <summary>A header table with tables (<c>F</c>) or lists (<c>A</c>) inside one another, as deep as so many bytes allow.</summary>
    /// <param name="kind"><c>F</c> or <c>A</c>.</param>
    /// <param name="maxBytes">The size of the whole.</param>
    /// <returns>The table, its length first.</returns>
    public static byte[] Nested(char kind, int maxBytes)
    {
        // The outermost is always a table, as the headers property is one.
        var levels = new List<byte[]>();
        var perLevel = kind == 'F' ? 7 : 5;
        var depth = (maxBytes - 11) / perLevel;
        var length = 0;
        for (var level = 0; level < depth; level++)
        {
            byte[] head = kind == 'F' ? [1, (byte)'a', (byte)'F', .. Number((uint)length)] : [(byte)'A', .. Number((uint)length)];
            levels.Add(head);
            length += head.Length;
        }

        levels.Reverse();
        byte[] inside = [.. levels.SelectMany(head => head)];
        byte[] content = kind == 'F' ? inside : [1, (byte)'a', .. inside];
        return [.. Number((uint)content.Length), .. content];
    }

    private static byte[] Short(string text) => [(byte)text.Length, .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Long(string text) => [.. Number((uint)text.Length), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Number(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Number(ulong number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes;
    }

    private static async Task WriteAsync(NetworkStream stream, byte type, byte channel, byte[] payload, CancellationToken cancellationToken) =>
        await stream.WriteAsync((byte[])[type, 0, channel, .. Number((uint)payload.Length), .. payload, FrameEnd], cancellationToken);

    private static async Task<byte[]> ReadFrameAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var head = new byte[7];
        await stream.ReadExactlyAsync(head, cancellationToken);
        var rest = new byte[BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(3)) + 1];
        await stream.ReadExactlyAsync(rest, cancellationToken);
        return rest[..^1];
    }
}
