using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;

namespace Messaging.Serialization;

/// <summary>JSON by System.Text.Json, with source-generated metadata where given and reflection where the application allows it.</summary>
internal sealed class JsonPayloadSerializer : IPayloadSerializer
{
    public const string Json = "application/json";

    private readonly JsonSerializerOptions _options;

    public JsonPayloadSerializer(IOptions<JsonPayloadOptions> options)
    {
        _options = options.Value.SerializerOptions;
        if (!_options.IsReadOnly)
        {
            if (JsonSerializer.IsReflectionEnabledByDefault)
            {
                AddReflection(_options);
            }

            _options.MakeReadOnly();
        }
    }

    public string ContentType => Json;

    public PayloadDescription Describe<T>() => new()
    {
        JsonSchema = _options.TryGetTypeInfo(typeof(T), out var typeInfo)
            ? typeInfo.GetJsonSchemaAsNode(new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true })
            : null,
    };

    public PayloadCodec<T> GetCodec<T>()
    {
        if (!_options.TryGetTypeInfo(typeof(T), out var typeInfo))
        {
            throw new InvalidOperationException(
                $"No JSON metadata for {typeof(T)}. Add [JsonSerializable(typeof({typeof(T).Name}))] to a JsonSerializerContext " +
                "and register it: services.AddMessaging().UseJson(YourContext.Default).");
        }

        return new JsonCodec<T>((JsonTypeInfo<T>)typeInfo);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Reached only where the application keeps JSON reflection on.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Reached only where the application keeps JSON reflection on.")]
    private static void AddReflection(JsonSerializerOptions options) =>
        options.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());

    private sealed class JsonCodec<T>(JsonTypeInfo<T> typeInfo) : PayloadCodec<T>
    {
        public override void Encode(T value, IBufferWriter<byte> output)
        {
            var writer = JsonWriters.Rent(output);
            JsonSerializer.Serialize(writer, value, typeInfo);
            writer.Flush();
            JsonWriters.Return(writer);
        }

        public override T Decode(ReadOnlySpan<byte> body) => JsonSerializer.Deserialize(body, typeInfo)!;
    }
}
