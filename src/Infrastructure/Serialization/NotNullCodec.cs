using System.Buffers;

namespace Messaging.Serialization;

/// <summary>Lets no null through where the contract has none, whoever sends it.</summary>
/// <param name="codec">The codec.</param>
/// <param name="nullWritten">What a null means that is to be sent.</param>
/// <param name="nullRead">What a null means that has come.</param>
internal sealed class NotNullCodec<T>(PayloadCodec<T> codec, string nullWritten, string nullRead) : PayloadCodec<T>
{
    public override void Encode(T value, IBufferWriter<byte> output)
    {
        if (value is null)
        {
            throw new UnfitPayloadException(nullWritten);
        }

        codec.Encode(value, output);
    }

    public override T Decode(ReadOnlySpan<byte> body) => codec.Decode(body) ?? throw new UnfitPayloadException(nullRead);
}
