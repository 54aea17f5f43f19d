using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;

namespace Messaging.Protobuf;

/// <summary>
/// The JSON Schema (draft 2020-12) of a message in protobuf's JSON mapping. The message itself is the root (<c>#</c>);
/// those in its fields stand under <c>$defs</c> by their full names, so that messages may contain each other.
/// </summary>
internal sealed class ProtobufJsonSchema
{
    private readonly MessageDescriptor _root;
    private readonly bool _closed;
    private readonly SortedDictionary<string, MessageDescriptor> _found = new(StringComparer.Ordinal);
    private readonly Queue<MessageDescriptor> _unwritten = new();

    private ProtobufJsonSchema(MessageDescriptor root, bool closed)
    {
        _root = root;
        _closed = closed;
    }

    /// <param name="message">The message.</param>
    /// <param name="closed">Whether fields that it lacks are refused.</param>
    public static JsonObject Of(MessageDescriptor message, bool closed)
    {
        if (WellKnownSchemas.Find(message) is { } wellKnown)
        {
            return wellKnown;
        }

        var builder = new ProtobufJsonSchema(message, closed);
        var schema = builder.Object(message);
        var definitions = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        while (builder._unwritten.TryDequeue(out var next))
        {
            definitions.Add(next.FullName, builder.Object(next));
        }

        if (definitions.Count > 0)
        {
            schema["$defs"] = new JsonObject(definitions);
        }

        return schema;
    }

    private JsonObject Object(MessageDescriptor message)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            properties.Add(field.JsonName, Field(field));
            if (field.IsRequired)
            {
                required.Add((JsonNode)field.JsonName);
            }
        }

        var schema = new JsonObject { ["title"] = message.FullName, ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        if (_closed)
        {
            schema["additionalProperties"] = false;
        }

        var choices = new JsonArray([.. message.Oneofs.Where(static oneof => !oneof.IsSynthetic).Select(AtMostOne)]);
        if (choices.Count > 0)
        {
            schema["allOf"] = choices;
        }

        return schema;
    }

    private JsonObject Field(FieldDescriptor field) =>
        field.IsMap
            ? new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(field.MessageType.FindFieldByNumber(2)) }
            : field.IsRepeated
                ? new JsonObject { ["type"] = "array", ["items"] = Value(field) }
                : Value(field);

    private JsonObject Value(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message or FieldType.Group => Reference(field.MessageType),
        FieldType.Enum => Enum(field.EnumType),
        _ => ScalarSchemas.Of(field.FieldType),
    };

    private JsonObject Reference(MessageDescriptor message)
    {
        if (WellKnownSchemas.Find(message) is { } wellKnown)
        {
            return wellKnown;
        }

        if (message == _root)
        {
            return new JsonObject { ["$ref"] = "#" };
        }

        if (_found.TryAdd(message.FullName, message))
        {
            _unwritten.Enqueue(message);
        }

        return new JsonObject { ["$ref"] = "#/$defs/" + message.FullName };
    }

    private static JsonObject Enum(EnumDescriptor type) =>
        string.Equals(type.FullName, "google.protobuf.NullValue", StringComparison.Ordinal)
            ? new JsonObject { ["type"] = "null" }
            : new JsonObject { ["title"] = type.FullName, ["enum"] = new JsonArray([.. type.Values.Select(static value => (JsonNode)value.Name)]) };

    private static JsonObject AtMostOne(OneofDescriptor oneof)
    {
        var set = oneof.Fields.Select(static field => new JsonObject { ["required"] = new JsonArray(field.JsonName) }).ToList();
        return new JsonObject
        {
            ["oneOf"] = new JsonArray([.. set, new JsonObject { ["not"] = new JsonObject { ["anyOf"] = new JsonArray([.. set.Select(static one => one.DeepClone())]) } }]),
        };
    }
}
