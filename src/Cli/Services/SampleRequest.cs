using System.Text.Json;
using System.Text.Json.Nodes;

namespace Messaging.Cli.Services;

/// <summary>Makes an example from a JSON Schema. The schema comes from a worker and is not trusted: its depth and size are bounded.</summary>
internal static class SampleRequest
{
    private const int MaxDepth = 8;
    private const int MaxNodes = 500;

    public static JsonNode? Create(JsonNode? schema)
    {
        var left = MaxNodes;
        return Create(schema, schema, MaxDepth, ref left);
    }

    private static JsonNode? Create(JsonNode? node, JsonNode? root, int depth, ref int left)
    {
        if (node is not JsonObject schema || depth == 0 || --left < 0)
        {
            return null;
        }

        if (Text(schema["$ref"]) is { } reference)
        {
            return Create(Resolve(root, reference), root, depth - 1, ref left);
        }

        if (schema["default"] is { } preset)
        {
            return preset.DeepClone();
        }

        if (schema["const"] is { } constant)
        {
            return constant.DeepClone();
        }

        if (schema["enum"] is JsonArray { Count: > 0 } values)
        {
            return values[0]?.DeepClone();
        }

        foreach (var combined in (string[])["anyOf", "oneOf", "allOf"])
        {
            if (schema[combined] is JsonArray choices)
            {
                var choice = choices.FirstOrDefault(static one => TypeOf(one) is not "null");
                return Create(choice, root, depth - 1, ref left);
            }
        }

        return TypeOf(schema) switch
        {
            "object" => Object(schema, root, depth, ref left),
            "array" => schema["items"] is JsonObject items && depth > 2 && Create(items, root, depth - 1, ref left) is { } item ? new JsonArray(item) : new JsonArray(),
            "integer" or "number" => Number(schema),
            "boolean" => JsonValue.Create(false),
            "string" => JsonValue.Create(String(Text(schema["format"]))),
            _ => schema["properties"] is JsonObject ? Object(schema, root, depth, ref left) : null,
        };
    }

    private static JsonObject Object(JsonObject schema, JsonNode? root, int depth, ref int left)
    {
        var result = new JsonObject();
        if (schema["properties"] is JsonObject properties)
        {
            foreach (var (name, property) in properties)
            {
                if (left > 0)
                {
                    result[name] = Create(property, root, depth - 1, ref left);
                }
            }
        }

        return result;
    }

    private static JsonNode Number(JsonObject schema) => schema["minimum"] is JsonValue minimum ? minimum.DeepClone() : JsonValue.Create(0);

    private static string String(string? format) => format switch
    {
        "date-time" => "2030-01-31T12:00:00Z",
        "date" => "2030-01-31",
        "time" => "12:00:00",
        "uuid" => "00000000-0000-0000-0000-000000000000",
        "uri" => "https://example.org/",
        "email" => "someone@example.org",
        _ => "text",
    };

    private static string? TypeOf(JsonNode? node) => (node as JsonObject)?["type"] switch
    {
        // A number that may also come as text is better shown as a number.
        JsonArray several => several.Select(Text).Where(static one => one is not (null or "null"))
            .OrderBy(static one => string.Equals(one, "string", StringComparison.Ordinal)).FirstOrDefault(),
        var single => Text(single),
    };

    private static string? Text(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static JsonNode? Resolve(JsonNode? root, string reference)
    {
        if (!reference.StartsWith('#'))
        {
            return null;
        }

        var at = root;
        foreach (var part in reference[1..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            at = at switch
            {
                JsonObject inside => inside[name],
                JsonArray list when int.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out var index) && index >= 0 && index < list.Count => list[index],
                _ => null,
            };
        }

        return at;
    }
}
