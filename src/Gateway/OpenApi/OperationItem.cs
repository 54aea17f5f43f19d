using System.Text.Json.Nodes;
using Messaging.Descriptions;
using Messaging.Http;
using Messaging.Serialization;

namespace Messaging.OpenApi;

/// <summary>One operation as OpenAPI describes it.</summary>
internal sealed class OperationItem(string service, OperationDescription operation, JsonObject schemas)
{
    private const string EventStream = "text/event-stream";

    private bool TakesStream => operation.Kind is OperationKind.RequestStream or OperationKind.DuplexStream;

    private bool GivesStream => operation.Kind is OperationKind.ReplyStream or OperationKind.DuplexStream;

    /// <summary>The operation; its schemas are added to the document's.</summary>
    public JsonObject Create()
    {
        var item = new JsonObject
        {
            ["operationId"] = $"{service}.{operation.Name}",
            ["summary"] = $"{operation.Name}: {Describe(operation.Kind)}",
            ["tags"] = new JsonArray(service),
            ["parameters"] = Parameters(),
            ["requestBody"] = new JsonObject { ["content"] = Content(operation.Request, operation.RequestMessage, "request", TakesStream) },
            ["responses"] = Responses(),
            ["x-messaging-kind"] = NameOf(operation.Kind),
            ["x-messaging-idempotent"] = operation.Idempotent,
        };
        if (operation.TimeoutMs is { } timeout)
        {
            item["x-messaging-timeout-ms"] = timeout;
        }

        if (operation.Faults.Count > 0)
        {
            item["x-messaging-faults"] = new JsonArray([.. operation.Faults.Select(static fault => (JsonNode)fault)]);
        }

        return item;
    }

    private JsonArray Parameters()
    {
        var parameters = new JsonArray(
            SharedComponents.Refer("parameters", SharedComponents.Timeout),
            SharedComponents.Refer("parameters", SharedComponents.Prefer));
        if (operation.Kind == OperationKind.Command)
        {
            parameters.Add((JsonNode)SharedComponents.Refer("parameters", SharedComponents.MessageId));
        }

        return parameters;
    }

    private JsonObject Responses()
    {
        var responses = new JsonObject();
        if (operation.Kind == OperationKind.Command)
        {
            responses["202"] = new JsonObject
            {
                ["description"] = "The broker has it safe; it will be run, at least once.",
                ["headers"] = new JsonObject
                {
                    [HttpRequestHead.MessageIdHeader] = new JsonObject { ["description"] = "The command's id.", ["schema"] = new JsonObject { ["type"] = "string" } },
                },
            };
        }
        else
        {
            responses["200"] = new JsonObject
            {
                ["description"] = GivesStream
                    ? "Items as they come, one JSON value a line or an event each. A failure behind the first item is a last line {\"$error\": problem}, or an event 'error'."
                    : "The reply.",
                ["content"] = Content(operation.Reply, operation.ReplyMessage, "reply", GivesStream),
            };
            if (!GivesStream && operation.Reply is null && operation.ReplyMessage is null)
            {
                responses["204"] = new JsonObject { ["description"] = "It is done; there is nothing to reply." };
            }
        }

        responses["default"] = SharedComponents.Refer("responses", SharedComponents.Failure);
        return responses;
    }

    private JsonObject Content(JsonNode? schema, string? message, string role, bool isStream)
    {
        var component = AddSchema(schema, role);
        if (isStream)
        {
            var stream = new JsonObject { [MediaTypes.Ndjson] = Json(component) };
            if (GivesStream && role is "reply")
            {
                stream[EventStream] = Json(component);
            }

            return stream;
        }

        // Streams are JSON here, both ways.
        IReadOnlyList<string> contentTypes = GivesStream || operation.ContentTypes.Count == 0 ? [JsonPayloadSerializer.Json] : operation.ContentTypes;
        var content = new JsonObject();
        foreach (var contentType in contentTypes)
        {
            content[contentType] = MediaTypes.IsJson(contentType)
                ? Json(component)
                : message is null ? new JsonObject() : new JsonObject { ["x-messaging-message"] = message };
        }

        return content;
    }

    private static JsonObject Json(string? component) =>
        component is null ? [] : new JsonObject { ["schema"] = SharedComponents.Refer("schemas", component) };

    private string? AddSchema(JsonNode? schema, string role)
    {
        var name = ComponentNames.Create($"{service}.{operation.Name}.{role}", schemas);
        if (EmbeddedSchema.Create(schema, $"#/components/schemas/{name}") is not { } embedded)
        {
            return null;
        }

        schemas[name] = embedded;
        return name;
    }

    private static string NameOf(OperationKind kind) => kind switch
    {
        OperationKind.Call => "call",
        OperationKind.Command => "command",
        OperationKind.ReplyStream => "replyStream",
        OperationKind.RequestStream => "requestStream",
        OperationKind.DuplexStream => "duplexStream",
        _ => "unknown",
    };

    private static string Describe(OperationKind kind) => kind switch
    {
        OperationKind.Call => "a call",
        OperationKind.Command => "a command",
        OperationKind.ReplyStream => "a stream of replies",
        OperationKind.RequestStream => "a stream of requests",
        OperationKind.DuplexStream => "streams both ways",
        _ => "of a kind that this gateway doesn't know",
    };
}
