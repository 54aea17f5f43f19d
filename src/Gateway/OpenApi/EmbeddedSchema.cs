using System.Text.Json;
using System.Text.Json.Nodes;

namespace Messaging.OpenApi;

/// <summary>
/// A JSON Schema as part of a larger document: references that begin at its own root begin at its new place.
/// https://json-schema.org/draft/2020-12/json-schema-core#section-8.2
/// </summary>
internal static class EmbeddedSchema
{
    private const string Reference = "$ref";
    private const string DynamicReference = "$dynamicRef";
    private const string Id = "$id";

    /// <param name="schema">What a worker says is a schema. It is not changed.</param>
    /// <param name="place">The JSON pointer of its new place, as a fragment: <c>#/components/schemas/Name</c>.</param>
    /// <returns>A copy; null where it is no schema.</returns>
    public static JsonNode? Create(JsonNode? schema, string place)
    {
        switch (schema?.GetValueKind())
        {
            case JsonValueKind.True or JsonValueKind.False:
                return schema.DeepClone();
            case JsonValueKind.Object:
                var copy = schema.DeepClone().AsObject();

                // With a name of its own it would not be found by its place.
                copy.Remove(Id);
                copy.Remove("$schema");
                Rewrite(copy, place);
                return copy;
            default:
                return null;
        }
    }

    private static void Rewrite(JsonObject schema, string place)
    {
        if (schema.ContainsKey(Id))
        {
            // A resource of its own: what is within refers to it.
            return;
        }

        foreach (var (keyword, value) in schema.ToList())
        {
            switch (keyword)
            {
                case Reference or DynamicReference:
                    // A property may have this name, and is an object then.
                    if (value?.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is ['#', .. var pointer] && pointer is "" or ['/', ..])
                    {
                        schema[keyword] = place + pointer;
                    }

                    break;
                case "const" or "enum" or "default" or "example" or "examples":
                    // Data, whatever it looks like.
                    break;
                case "properties" or "patternProperties" or "$defs" or "definitions" or "dependentSchemas":
                    foreach (var (_, named) in value as JsonObject ?? [])
                    {
                        RewriteWithin(named, place);
                    }

                    break;
                default:
                    RewriteWithin(value, place);
                    break;
            }
        }
    }

    private static void RewriteWithin(JsonNode? node, string place)
    {
        switch (node)
        {
            case JsonObject schema:
                Rewrite(schema, place);
                break;
            case JsonArray schemas:
                foreach (var schema in schemas)
                {
                    RewriteWithin(schema, place);
                }

                break;
        }
    }
}
