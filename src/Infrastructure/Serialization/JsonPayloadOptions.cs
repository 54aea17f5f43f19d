using System.Text.Json;

namespace Messaging.Serialization;

/// <summary>How JSON payloads are written and read.</summary>
public sealed class JsonPayloadOptions
{
    /// <summary>
    /// The serializer's options. Defaults: the web defaults (camel case, case-insensitive reading), fields as well as
    /// properties, depth at most 64, duplicate properties refused, nullable annotations and required constructor
    /// parameters respected. All that is set here is honoured.
    /// </summary>
    public JsonSerializerOptions SerializerOptions { get; } = new(JsonSerializerDefaults.Web)
    {
        MaxDepth = 64,
        IncludeFields = true,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>
    /// Whether payloads may lose data silently, as the serializer lets them: members that are written and never read,
    /// and what a derived type adds to the type that the contract names. Default: false, they are refused, types when the
    /// program starts and values when they are sent.
    /// </summary>
    public bool AllowLoss { get; set; }
}
