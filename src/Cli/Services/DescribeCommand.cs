using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Messaging.Cli.Calling;
using Messaging.Cli.Hosting;
using Messaging.Cli.Output;
using Messaging.Descriptions;
using Spectre.Console;

namespace Messaging.Cli.Services;

/// <summary><c>messaging describe</c>: what a service's workers say of it.</summary>
internal static class DescribeCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("service") { Description = "The service, or one of its operations.", HelpName = "SERVICE[/METHOD]" };
        var command = new Command("describe", "Prints a service's operations; of one operation the schemas and a sample request.") { name };
        command.Runs(async (session, cancellationToken) =>
        {
            var asked = session.Parsed.GetValue(name)!;
            var target = asked.Contains('/', StringComparison.Ordinal) ? Target.Parse(asked) : (Target?)null;
            var service = target?.Service ?? Target.CheckService(asked);
            await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var description = await session.Descriptions.AskAsync(service, cancellationToken).ConfigureAwait(false);
            if (target is { } one)
            {
                var operation = OperationFinder.Find(description, one.Method);
                if (session.Output.Json)
                {
                    session.Output.Document(ToJson(operation));
                }
                else
                {
                    Print(session.Output, one, operation);
                }
            }
            else if (session.Output.Json)
            {
                session.Output.Document(new JsonObject
                {
                    ["service"] = description.Name,
                    ["version"] = description.Version,
                    ["operations"] = new JsonArray([.. description.Operations.Select(ToJson)]),
                });
            }
            else
            {
                Print(session.Output, description);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static JsonObject ToJson(OperationDescription operation) => new()
    {
        ["name"] = operation.Name,
        ["kind"] = operation.Kind.ToString(),
        ["contentTypes"] = new JsonArray([.. operation.ContentTypes.Select(static type => JsonValue.Create(type))]),
        ["timeoutMs"] = operation.TimeoutMs,
        ["idempotent"] = operation.Idempotent,
        ["faults"] = new JsonArray([.. operation.Faults.Select(static fault => JsonValue.Create(fault))]),
        ["request"] = operation.Request?.DeepClone(),
        ["reply"] = operation.Reply?.DeepClone(),
        ["requestMessage"] = operation.RequestMessage,
        ["replyMessage"] = operation.ReplyMessage,
        ["sample"] = SampleRequest.Create(operation.Request),
    };

    private static void Print(CommandOutput output, ServiceDescription service)
    {
        output.Line(service.Version is null ? service.Name : $"{service.Name} {service.Version}");
        var table = CommandOutput.Table("operation", "kind", "timeout", "idempotent", "content types", "faults");
        foreach (var operation in service.Operations)
        {
            table.AddRow(CommandOutput.Row(
                operation.Name,
                operation.Kind.ToString(),
                operation.TimeoutMs is { } timeout ? string.Create(CultureInfo.InvariantCulture, $"{timeout} ms") : "-",
                operation.Idempotent ? "yes" : "no",
                string.Join(", ", operation.ContentTypes),
                operation.Faults.Count == 0 ? "-" : string.Join(", ", operation.Faults)));
        }

        output.Tables.Write(table);
    }

    private static void Print(CommandOutput output, Target target, OperationDescription operation)
    {
        output.Line($"{target}: {operation.Kind}{(operation.Idempotent ? ", idempotent" : string.Empty)}");
        output.Line($"content types: {string.Join(", ", operation.ContentTypes)}");
        if (operation.Faults.Count > 0)
        {
            output.Line($"faults: {string.Join(", ", operation.Faults)}");
        }

        Schema(output, "request", operation.Request, operation.RequestMessage);
        Schema(output, "reply", operation.Reply, operation.ReplyMessage);
        if (SampleRequest.Create(operation.Request) is { } sample)
        {
            var verb = operation.Kind == OperationKind.Command ? "send" : "call";
            output.Line();
            output.Line(operation.Kind is OperationKind.RequestStream or OperationKind.DuplexStream
                ? $"echo '{JsonText.OneLine(sample)}' | messaging call {target}"
                : $"messaging {verb} {target} '{JsonText.OneLine(sample)}'");
        }
    }

    private static void Schema(CommandOutput output, string name, JsonNode? schema, string? message)
    {
        if (schema is null && message is null)
        {
            return;
        }

        output.Line();
        output.Line(message is null ? $"{name}:" : $"{name}: protobuf message {message}");
        if (schema is not null)
        {
            output.Line(JsonText.TryIndent(System.Text.Encoding.UTF8.GetBytes(JsonText.OneLine(schema)))!);
        }
    }
}
