using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;

namespace Messaging.Protobuf;

/// <summary>The JSON Schemas of the types that the JSON mapping writes in a way of their own.</summary>
internal static class WellKnownSchemas
{
    /// <summary>Null for a message that is written as any other.</summary>
    public static JsonObject? Find(MessageDescriptor message) => message.FullName switch
    {
        "google.protobuf.Timestamp" => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
        "google.protobuf.Duration" => new JsonObject { ["type"] = "string", ["pattern"] = @"^-?[0-9]+(\.[0-9]{1,9})?s$" },
        "google.protobuf.FieldMask" => new JsonObject { ["type"] = "string" },
        "google.protobuf.Struct" => new JsonObject { ["type"] = "object" },
        "google.protobuf.ListValue" => new JsonObject { ["type"] = "array" },
        "google.protobuf.Value" => [],
        "google.protobuf.Any" => new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["@type"] = new JsonObject { ["type"] = "string" } },
        },
        "google.protobuf.BoolValue" => Nullable(FieldType.Bool),
        "google.protobuf.BytesValue" => Nullable(FieldType.Bytes),
        "google.protobuf.DoubleValue" => Nullable(FieldType.Double),
        "google.protobuf.FloatValue" => Nullable(FieldType.Float),
        "google.protobuf.Int32Value" => Nullable(FieldType.Int32),
        "google.protobuf.Int64Value" => Nullable(FieldType.Int64),
        "google.protobuf.StringValue" => Nullable(FieldType.String),
        "google.protobuf.UInt32Value" => Nullable(FieldType.UInt32),
        "google.protobuf.UInt64Value" => Nullable(FieldType.UInt64),
        _ => null,
    };

    private static JsonObject Nullable(FieldType type) => new() { ["anyOf"] = new JsonArray(ScalarSchemas.Of(type), new JsonObject { ["type"] = "null" }) };
}
