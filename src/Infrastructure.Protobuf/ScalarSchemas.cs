using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;

namespace Messaging.Protobuf;

/// <summary>The JSON Schemas of protobuf's scalar types.</summary>
internal static class ScalarSchemas
{
    public static JsonObject Of(FieldType type) => type switch
    {
        FieldType.Bool => new JsonObject { ["type"] = "boolean" },
        FieldType.String => new JsonObject { ["type"] = "string" },
        FieldType.Bytes => new JsonObject { ["type"] = "string", ["contentEncoding"] = "base64" },
        FieldType.Double => Float("double"),
        FieldType.Float => Float("float"),
        FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => new JsonObject { ["type"] = "integer", ["format"] = "int32" },
        FieldType.UInt32 or FieldType.Fixed32 => new JsonObject { ["type"] = "integer", ["format"] = "uint32", ["minimum"] = 0 },
        FieldType.UInt64 or FieldType.Fixed64 => Long("uint64", "^[0-9]+$"),
        _ => Long("int64", "^-?[0-9]+$"),
    };

    // Written as text, as JavaScript's numbers can't hold them; read as either.
    private static JsonObject Long(string format, string pattern) =>
        new() { ["type"] = new JsonArray("string", "integer"), ["format"] = format, ["pattern"] = pattern };

    private static JsonObject Float(string format) => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "number", ["format"] = format },
            new JsonObject { ["enum"] = new JsonArray("NaN", "Infinity", "-Infinity") }),
    };
}
