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
    private readonly JsonWriters _writers;
    private readonly bool _allowLoss;

    public JsonPayloadSerializer(IOptions<JsonPayloadOptions> options)
    {
        _options = options.Value.SerializerOptions;
        _allowLoss = options.Value.AllowLoss;
        if (!_options.IsReadOnly)
        {
            if (JsonSerializer.IsReflectionEnabledByDefault)
            {
                AddReflection(_options);
            }

            if (!_allowLoss)
            {
                _options.TypeInfoResolver = JsonTypeInfoResolver.Combine([.. _options.TypeInfoResolverChain])
                    .WithAddedModifier(JsonFilledCollections.Fill)
                    .WithAddedModifier(JsonDerivedValues.Guard);
            }

            _options.MakeReadOnly();
        }

        _writers = JsonWriters.Of(_options);
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

        if (!_allowLoss && JsonLosses.Find(typeInfo) is { } loss)
        {
            throw new InvalidOperationException(
                $"{typeof(T)} loses data as JSON. {loss} Or let it: services.Configure<JsonPayloadOptions>(options => options.AllowLoss = true).");
        }

        return new JsonCodec<T>((JsonTypeInfo<T>)typeInfo, _writers);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Reached only where the application keeps JSON reflection on.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Reached only where the application keeps JSON reflection on.")]
    private static void AddReflection(JsonSerializerOptions options) =>
        options.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());

    private sealed class JsonCodec<T>(JsonTypeInfo<T> typeInfo, JsonWriters writers) : PayloadCodec<T>
    {
        public override void Encode(T value, IBufferWriter<byte> output)
        {
            var writer = writers.Rent(output);
            JsonSerializer.Serialize(writer, value, typeInfo);
            writer.Flush();
            writers.Return(writer);
        }

        public override T Decode(ReadOnlySpan<byte> body) => JsonSerializer.Deserialize(Utf8Text.WithoutMark(body), typeInfo)!;
    }
}
