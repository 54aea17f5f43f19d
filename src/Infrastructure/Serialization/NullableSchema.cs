using System.Text.Json.Nodes;

namespace Messaging.Serialization;

/// <summary>Says in a JSON Schema that null is one of the values.</summary>
internal static class NullableSchema
{
    private const string Null = "null";

    /// <param name="schema">A type's schema, which is changed; null where none is known.</param>
    public static JsonNode? Of(JsonNode? schema)
    {
        // Anything is null too.
        if (schema is not JsonObject root)
        {
            return schema;
        }

        // In place: what is inside may refer to itself by its path from the root.
        if (root["type"] is JsonValue type && (string?)type is { } name && name is not Null)
        {
            root["type"] = new JsonArray(name, Null);
        }
        else if (root["type"] is JsonArray types && !types.Any(static one => (string?)one is Null))
        {
            types.Add((JsonNode)Null);
        }

        if (root["anyOf"] is JsonArray choices)
        {
            choices.Add((JsonNode)new JsonObject { ["type"] = Null });
        }

        return root;
    }
}
