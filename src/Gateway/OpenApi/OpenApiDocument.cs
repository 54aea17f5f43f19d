using System.Text.Json.Nodes;
using Messaging.Descriptions;

namespace Messaging.OpenApi;

/// <summary>Describes services as an HTTP API: https://spec.openapis.org/oas/v3.1.1</summary>
internal static class OpenApiDocument
{
    /// <param name="title">What it is called.</param>
    /// <param name="server">Where the gateway is, as a path; empty for the root.</param>
    /// <param name="services">The services by the names by which they are called.</param>
    /// <param name="away">Those that don't answer, with the reason.</param>
    public static JsonObject Create(
        string title,
        string server,
        IReadOnlyList<KeyValuePair<string, ServiceDescription>> services,
        IReadOnlyList<KeyValuePair<string, string>> away)
    {
        var tags = new JsonArray();
        var paths = new JsonObject();
        var schemas = SharedComponents.Schemas();
        foreach (var (name, description) in services)
        {
            var tag = new JsonObject { ["name"] = name };
            if (description.Version is { } version)
            {
                tag["description"] = $"Version {version}";
            }

            tags.Add((JsonNode)tag);
            foreach (var operation in description.Operations)
            {
                // What workers say is not always well-formed: of two of a name, the first one is called.
                var path = $"/{name}/{Uri.EscapeDataString(operation.Name)}";
                if (!paths.ContainsKey(path))
                {
                    paths[path] = new JsonObject { ["post"] = new OperationItem(name, operation, schemas).Create() };
                }
            }
        }

        var document = new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = title,
                ["version"] = services is [var only] ? only.Value.Version ?? "0" : "1",
                ["description"] = "Headers that begin with 'Msg-' travel with a call to its handler, and back from it.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = server.Length == 0 ? "/" : server }),
            ["tags"] = tags,
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["parameters"] = SharedComponents.Parameters(),
                ["responses"] = SharedComponents.Responses(),
            },
        };
        if (away.Count > 0)
        {
            document["x-messaging-away"] = new JsonObject([.. away.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value))]);
        }

        return document;
    }
}
