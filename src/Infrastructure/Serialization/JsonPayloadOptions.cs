using System.Text.Json;

namespace Messaging.Serialization;

/// <summary>How JSON payloads are written and read.</summary>
public sealed class JsonPayloadOptions
{
    /// <summary>
    /// The serializer's options. Defaults: the web defaults (camel case, case-insensitive reading), depth at most 64,
    /// duplicate properties refused, nullable annotations and required constructor parameters respected.
    /// </summary>
    public JsonSerializerOptions SerializerOptions { get; } = new(JsonSerializerDefaults.Web)
    {
        MaxDepth = 64,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };
}
