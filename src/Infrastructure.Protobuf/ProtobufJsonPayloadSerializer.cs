using System.Buffers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Messaging.Serialization;

namespace Messaging.Protobuf;

/// <summary>Protobuf's JSON mapping: https://protobuf.dev/programming-guides/json/</summary>
internal sealed class ProtobufJsonPayloadSerializer : IPayloadSerializer
{
    private const int MaxDepth = 100;

    private readonly ProtobufTypes _types;
    private readonly JsonFormatter _formatter;
    private readonly JsonParser _parser;

    public ProtobufJsonPayloadSerializer(ProtobufTypes types)
    {
        _types = types;
        _formatter = new JsonFormatter(JsonFormatter.Settings.Default.WithTypeRegistry(types.Registry));
        _parser = new JsonParser(new JsonParser.Settings(MaxDepth, types.Registry).WithIgnoreUnknownFields(types.Options.IgnoreUnknownJsonFields));
    }

    public string ContentType => "application/json";

    public bool Takes(Type type) => ProtobufTypes.IsMessage(type);

    public PayloadDescription Describe<T>() => new()
    {
        JsonSchema = ProtobufJsonSchema.Of(_types.Find(typeof(T)), closed: !_types.Options.IgnoreUnknownJsonFields),
    };

    public PayloadCodec<T> GetCodec<T>() => new Codec<T>(_formatter, _parser, _types.Find(typeof(T)));

    private sealed class Codec<T>(JsonFormatter formatter, JsonParser parser, MessageDescriptor message) : PayloadCodec<T>
    {
        private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

        private static readonly JsonDocumentOptions _checks = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

        public override void Encode(T value, IBufferWriter<byte> output)
        {
            using var writer = new Utf8TextWriter(output);
            if (value is null)
            {
                writer.Write("null");
            }
            else
            {
                formatter.Format((IMessage)value, writer);
            }

            writer.Flush();
        }

        public override T Decode(ReadOnlySpan<byte> body)
        {
            var json = _strict.GetString(Utf8Text.WithoutMark(body));

            // The parser counts the depth of objects alone: arrays in arrays would overflow its stack.
            using (var document = JsonDocument.Parse(json, _checks))
            {
                return document.RootElement.ValueKind == JsonValueKind.Null ? default! : (T)parser.Parse(json, message);
            }
        }
    }
}
