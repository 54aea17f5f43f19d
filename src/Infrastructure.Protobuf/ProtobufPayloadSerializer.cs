using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Messaging.Serialization;

namespace Messaging.Protobuf;

/// <summary>Protobuf's binary format. Messages are nested at most 100 levels deep; unknown fields are kept.</summary>
internal sealed class ProtobufPayloadSerializer(ProtobufTypes types) : IPayloadSerializer
{
    public string ContentType => "application/x-protobuf";

    public bool Takes(Type type) => ProtobufTypes.IsMessage(type);

    public PayloadDescription Describe<T>()
    {
        var message = types.Find(typeof(T));
        return new PayloadDescription
        {
            ProtobufMessage = message.FullName,
            ProtobufFiles = [.. ProtobufFiles.WithImports([message.File]).Select(static file => file.SerializedData.Memory)],
        };
    }

    public PayloadCodec<T> GetCodec<T>() => new Codec<T>(types.Find(typeof(T)));

    private sealed class Codec<T>(MessageDescriptor message) : PayloadCodec<T>
    {
        private readonly MessageParser _parser = message.Parser;

        public override void Encode(T value, IBufferWriter<byte> output) =>
            ((IMessage?)value ?? throw new UnfitPayloadException($"A {message.FullName} is null, which protobuf's binary format can't say: send an empty message, or the call as application/json."))
            .WriteTo(output);

        public override T Decode(ReadOnlySpan<byte> body) => (T)_parser.ParseFrom(body);
    }
}
