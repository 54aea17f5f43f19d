using System.Text.Json.Nodes;
using Messaging.Http;

namespace Messaging.OpenApi;

/// <summary>What every operation of a document refers to: the problem, and the headers.</summary>
internal static class SharedComponents
{
    public const string Timeout = "timeout";
    public const string MessageId = "messageId";
    public const string Prefer = "prefer";
    public const string Failure = "failure";

    private const string ProblemSchema = "messaging.Problem";

    /// <summary>A reference to a component.</summary>
    public static JsonObject Refer(string kind, string name) => new() { ["$ref"] = $"#/components/{kind}/{name}" };

    public static JsonObject Parameters() => new()
    {
        [Timeout] = Header(HttpRequestHead.TimeoutHeader, "The time that the call has, in milliseconds. Without it, the operation's own, or the gateway's.", new JsonObject
        {
            ["type"] = "integer",
            ["minimum"] = 1,
            ["maximum"] = (long)CallOptions.MaxTimeout.TotalMilliseconds,
        }),
        [MessageId] = Header(HttpRequestHead.MessageIdHeader, "The command's id: sent again with the same one, it has one effect where the service keeps an inbox. Without it, a new one.", Text()),
        [Prefer] = Header(PreferHeader.Name, "RFC 7240: 'wait=10' is a time in seconds that the client waits; 'respond-async' is what a command does anyway.", Text()),
    };

    public static JsonObject Responses() => new()
    {
        [Failure] = new JsonObject
        {
            ["description"] = "It failed, and why: RFC 9457.",
            ["content"] = new JsonObject { [Problem.ContentType] = new JsonObject { ["schema"] = Refer("schemas", ProblemSchema) } },
        },
    };

    public static JsonObject Schemas() => new() { [ProblemSchema] = CreateProblem() };

    private static JsonObject CreateProblem() => new()
    {
        ["title"] = "Problem",
        ["type"] = "object",
        ["required"] = new JsonArray("type", "title", "status", "detail", "grpcStatus", "mayHaveRun"),
        ["properties"] = new JsonObject
        {
            ["type"] = Text("What kind of problem it is: about:blank, the status says it all."),
            ["title"] = Text("The HTTP status in words."),
            ["status"] = new JsonObject { ["type"] = "integer", ["description"] = "The HTTP status." },
            ["detail"] = Text("What happened at which stage, and what to do next."),
            ["grpcStatus"] = new JsonObject
            {
                ["type"] = "string",
                ["description"] = "gRPC's status.",
                ["enum"] = new JsonArray([.. Enum.GetValues<StatusCode>().Where(static status => status != StatusCode.OK).Select(static status => (JsonNode)HttpStatus.NameOf(status))]),
            },
            ["operation"] = Text("The operation, as service/method."),
            ["correlationId"] = Text("The call's id, to find it in logs and traces."),
            ["mayHaveRun"] = new JsonObject { ["type"] = "boolean", ["description"] = "Whether the handler may have run, or may still be running." },
            ["reason"] = new JsonObject
            {
                ["type"] = "string",
                ["description"] = "Why the system itself ended the call. Absent where it did not.",
                ["enum"] = new JsonArray([.. Enum.GetNames<FailureReason>().Where(static name => name is not nameof(FailureReason.None)).Select(static name => (JsonNode)name)]),
            },
            ["fault"] = Text("The name of a declared fault. Absent where it is none."),
            ["fields"] = new JsonObject { ["description"] = "That fault's fields." },
        },
    };

    private static JsonObject Header(string name, string description, JsonObject schema) =>
        new() { ["name"] = name, ["in"] = "header", ["description"] = description, ["schema"] = schema };

    private static JsonObject Text(string? description = null)
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (description is not null)
        {
            schema["description"] = description;
        }

        return schema;
    }
}
