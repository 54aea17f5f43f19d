using System.Buffers.Binary;
using System.Text;
using Messaging.Transport;

namespace Messaging.Calls.Contract.Tapping;

/// <summary>A batch as somebody writes it who has read the format's description and nothing else.</summary>
internal static class HandWrittenBatch
{
    public const string ContentType = "application/vnd.messaging.batch";

    /// <summary>The message that carries it.</summary>
    public static InboundMessage Message(params ReadOnlySpan<PassedFrame> frames) => new() { Type = "batch", ContentType = ContentType, Body = Write(frames) };

    private static byte[] Write(ReadOnlySpan<PassedFrame> frames)
    {
        var bytes = new List<byte> { 1, 0, 0, 0, 0 };
        foreach (var frame in frames)
        {
            var start = bytes.Count;
            Add(bytes, 0);
            bytes.AddRange(Convert.FromHexString(frame.Id!));
            Add(bytes, frame.Number);
            bytes.Add(0);
            AddName(bytes, frame.Type!);
            AddName(bytes, "application/json");
            bytes.AddRange(Encoding.UTF8.GetBytes(frame.Body));
            BinaryPrimitives.WriteUInt32BigEndian(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes)[start..], (uint)(bytes.Count - start - sizeof(uint)));
        }

        return [.. bytes];
    }

    private static void AddName(List<byte> bytes, string name)
    {
        bytes.Add((byte)name.Length);
        bytes.AddRange(Encoding.UTF8.GetBytes(name));
    }

    private static void Add(List<byte> bytes, uint number)
    {
        Span<byte> four = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(four, number);
        bytes.AddRange(four);
    }
}
