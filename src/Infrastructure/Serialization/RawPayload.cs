using System.Buffers;

namespace Messaging.Serialization;

/// <summary>A body that is forwarded as it is, in whatever content type its operation states.</summary>
/// <param name="Body">The bytes.</param>
/// <param name="Encoding">How they are compressed (<c>content-encoding</c>), both ways; null for not at all.</param>
internal readonly record struct RawPayload(ReadOnlyMemory<byte> Body, string? Encoding = null)
{
    /// <summary>Copies the bytes, either way.</summary>
    internal sealed class Codec : PayloadCodec<RawPayload>
    {
        public static Codec Instance { get; } = new();

        public override void Encode(RawPayload value, IBufferWriter<byte> output) => output.Write(value.Body.Span);

        public override RawPayload Decode(ReadOnlySpan<byte> body) => new(body.ToArray());
    }
}
