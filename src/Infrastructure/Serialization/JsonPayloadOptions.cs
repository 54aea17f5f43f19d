using System.Text.Json;

namespace Messaging.Serialization;

/// <summary>How JSON payloads are written and read.</summary>
public sealed class JsonPayloadOptions
{
    /// <summary>
    /// The serializer's options. Defaults: the web defaults (camel case, case-insensitive reading), depth at most 64,
    /// nullable annotations and required constructor parameters respected. Of a property that comes twice the last one
    /// holds; <see cref="JsonSerializerOptions.AllowDuplicateProperties"/> set to false refuses it, at some cost per payload.
    /// </summary>
    public JsonSerializerOptions SerializerOptions { get; } = new(JsonSerializerDefaults.Web)
    {
        MaxDepth = 64,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };
}
