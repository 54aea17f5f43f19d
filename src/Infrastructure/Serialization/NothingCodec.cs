using System.Buffers;

namespace Messaging.Serialization;

/// <summary>Nothing is an empty body in every content type.</summary>
internal sealed class NothingCodec : PayloadCodec<Nothing>
{
    public static NothingCodec Instance { get; } = new();

    public override void Encode(Nothing value, IBufferWriter<byte> output)
    {
    }

    public override Nothing Decode(ReadOnlySpan<byte> body) => default;
}
