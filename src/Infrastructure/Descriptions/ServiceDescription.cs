using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Messaging.Descriptions;

/// <summary>A service as its workers describe it to who calls it without the contract. JSON on the wire.</summary>
internal sealed record ServiceDescription
{
    /// <summary>The service's wire name.</summary>
    public required string Name { get; init; }

    /// <summary>The version of the worker's program; null where it has none.</summary>
    public string? Version { get; init; }

    /// <summary>Its operations in the order of declaration.</summary>
    public required IReadOnlyList<OperationDescription> Operations { get; init; }
}

/// <summary>An operation as its workers describe it.</summary>
internal sealed record OperationDescription
{
    public required string Name { get; init; }

    public required OperationKind Kind { get; init; }

    /// <summary>What its workers read, the preferred one first.</summary>
    public IReadOnlyList<string> ContentTypes { get; init; } = [];

    /// <summary>The timeout that the contract asks for; null where it asks for none.</summary>
    public long? TimeoutMs { get; init; }

    public bool Idempotent { get; init; }

    /// <summary>The JSON Schema of the request, or of a stream's items; null where none is known.</summary>
    public JsonNode? Request { get; init; }

    /// <summary>The JSON Schema of the reply, or of a stream's items; null where there is no reply, or no schema is known.</summary>
    public JsonNode? Reply { get; init; }

    /// <summary>The full name of the request's protobuf message; null where it is none.</summary>
    public string? RequestMessage { get; init; }

    /// <summary>The full name of the reply's protobuf message; null where it is none.</summary>
    public string? ReplyMessage { get; init; }

    /// <summary>The declared faults by their wire names.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>Serialized <c>FileDescriptorProto</c>s, imported ones first, less those of the operations before.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Files { get; init; } = [];
}

/// <summary>Reads and writes descriptions.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, RespectNullableAnnotations = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ServiceDescription))]
internal sealed partial class DescriptionJson : JsonSerializerContext;
