using System.Buffers;
using System.Buffers.Binary;

namespace Messaging.Grpc;

/// <summary>Writes messages with their heads.</summary>
internal static class GrpcFrameWriter
{
    public const int HeadBytes = 1 + sizeof(uint);

    /// <param name="output">The stream.</param>
    /// <param name="isCompressed">Whether the message is compressed, as the stream's <c>grpc-encoding</c> says.</param>
    /// <param name="body">The message.</param>
    public static void Write(IBufferWriter<byte> output, bool isCompressed, ReadOnlySpan<byte> body)
    {
        WriteHead(output, isCompressed ? (byte)1 : (byte)0, body.Length);
        output.Write(body);
    }

    /// <summary>Writes a head: of a message, or in gRPC-Web of the trailers.</summary>
    public static void WriteHead(IBufferWriter<byte> output, byte flags, int length)
    {
        var head = output.GetSpan(HeadBytes);
        head[0] = flags;
        BinaryPrimitives.WriteUInt32BigEndian(head[1..], (uint)length);
        output.Advance(HeadBytes);
    }
}
