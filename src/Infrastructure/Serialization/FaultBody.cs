using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Messaging.Serialization;

/// <summary>
/// The fields of a declared fault as a JSON object. JSON whatever the call's content type, so that every client reads faults alike.
/// </summary>
internal static class FaultBody
{
    public const string ContentType = JsonPayloadSerializer.Json;

    public static void Write(FaultDescriptor fault, Exception exception, IBufferWriter<byte> output)
    {
        var writer = JsonWriters.Plain.Rent(output);
        writer.WriteStartObject();
        fault.Write(exception, new FieldWriter(writer));
        writer.WriteEndObject();
        writer.Flush();
        JsonWriters.Plain.Return(writer);
    }

    /// <summary>Builds the exception. The bytes are hostile: a <see cref="JsonException"/> or whatever the exception's constructor throws gets out.</summary>
    public static Exception Read(FaultDescriptor fault, ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(Utf8Text.WithoutMark(body), new JsonReaderOptions { MaxDepth = 8 });
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException($"A fault's body is a JSON object, not {document.RootElement.ValueKind}.");
        }

        return fault.Read(new FieldReader(document.RootElement));
    }

    /// <summary>Reads one fault.</summary>
    internal sealed class Codec(FaultDescriptor fault) : PayloadCodec<Exception>
    {
        public override void Encode(Exception value, IBufferWriter<byte> output) => Write(fault, value, output);

        public override Exception Decode(ReadOnlySpan<byte> body) => Read(fault, body);
    }

    private static JsonTypeInfo<T> TypeInfo<T>() =>
        FaultFieldsJson.Default.GetTypeInfo(typeof(T)) as JsonTypeInfo<T>
        ?? throw new NotSupportedException($"{typeof(T)} can't be a field of a fault. FaultsAttribute lists the types that can.");

    private sealed class FieldWriter(Utf8JsonWriter writer) : IFaultWriter
    {
        public void Write<T>(string name, T value)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, value, TypeInfo<T>());
        }
    }

    private sealed class FieldReader(JsonElement fields) : IFaultReader
    {
        public T Read<T>(string name) =>
            fields.TryGetProperty(name, out var field) ? field.Deserialize(TypeInfo<T>())! : default!;
    }
}
