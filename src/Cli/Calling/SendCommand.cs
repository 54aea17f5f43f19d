using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Messaging.Cli.Hosting;
using Messaging.Cli.Output;
using Messaging.Serialization;

namespace Messaging.Cli.Calling;

/// <summary><c>messaging send</c>: sends a command, and ends when the broker has it safe.</summary>
internal static class SendCommand
{
    public static Command Create()
    {
        var body = new Argument<string?>("body") { Description = "The command as JSON, @file, or - for the standard input. Default: {}.", Arity = ArgumentArity.ZeroOrOne };
        var headers = HeaderOption.Create();
        var id = new Option<string?>("--message-id") { Description = "The message id, by which an inbox knows a duplicate. Default: a random one, which is printed." };
        var delay = GlobalOptions.Duration("--delay", "How long the broker keeps it before a worker gets it, e.g. 10m, 30d.");
        var key = new Option<string?>("--key") { Description = "The key's text of an ordered command." };
        var partitions = new Option<int?>("--partitions") { Description = "The service's CommandPartitions. Default: the partitions that are at the broker." };
        var priority = new Option<CommandPriority?>("--priority") { Description = "High for the queue of urgent commands, which the contract must provide." };
        var contentType = new Option<string>("--content-type") { Description = "The body's content type.", DefaultValueFactory = static _ => JsonPayloadSerializer.Json };
        var command = new Command("send", "Sends a command; done when the broker has it safe. Workers need not run.") { Target.Argument, body, headers, id, delay, key, partitions, priority, contentType };
        command.Runs(async (session, cancellationToken) =>
        {
            var parsed = session.Parsed;
            var target = Target.Parse(parsed.GetValue(Target.Argument)!);
            var type = parsed.GetValue(contentType)!;
            var messageId = parsed.GetValue(id) ?? Guid.NewGuid().ToString("N");
            var options = Options(session, HeaderOption.Read(parsed.GetValue(headers)), messageId, parsed.GetValue(delay), parsed.GetValue(priority));
            var payload = new RawPayload(await BodyReader.ReadAsync(
                parsed.GetValue(body), OperationFinder.IsJson(type), Console.OpenStandardInput(), cancellationToken).ConfigureAwait(false));
            await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
            await CheckAsync(session, target, cancellationToken).ConfigureAwait(false);
            var keyText = parsed.GetValue(key);
            var operation = new Operation<RawPayload, Nothing>(target.Service, target.Method, OperationKind.Command)
            {
                ContentType = type,
                Priority = options.Priority is null ? null : CommandPriority.Normal,
                Partitions = keyText is null ? 0 : parsed.GetValue(partitions) ?? await CountPartitionsAsync(session, target, cancellationToken).ConfigureAwait(false),
                OrderKey = keyText is null ? null : _ => keyText,
            };
            try
            {
                await session.Invoker.SendAsync(operation, payload, options, cancellationToken).ConfigureAwait(false);
            }
            catch (ArgumentException exception)
            {
                throw CliException.Usage(exception.Message);
            }

            if (session.Output.Json)
            {
                session.Output.Document(new JsonObject { ["accepted"] = true, ["operation"] = target.ToString(), ["messageId"] = messageId });
            }
            else
            {
                session.Output.Line(string.Create(CultureInfo.InvariantCulture, $"accepted {target}, message id {messageId}"));
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static CallOptions Options(
        CommandSession session, IReadOnlyDictionary<string, string>? headers, string messageId, TimeSpan? delay, CommandPriority? priority)
    {
        try
        {
            return new CallOptions { Timeout = session.Timeout, Headers = headers, MessageId = messageId, Delay = delay, Priority = priority };
        }
        catch (ArgumentException exception)
        {
            throw CliException.Usage($"The options can't be used: {exception.Message}");
        }
    }

    /// <summary>A slip in the name would make a dead letter: where workers run, they are asked. Where none do, the queue waits for them.</summary>
    private static async Task CheckAsync(CommandSession session, Target target, CancellationToken cancellationToken)
    {
        Descriptions.OperationDescription known;
        try
        {
            known = OperationFinder.Find(await session.Descriptions.AskAsync(target.Service, cancellationToken).ConfigureAwait(false), target.Method);
        }
        catch (RpcException exception)
        {
            if (session.Verbose)
            {
                session.Output.Note($"Not checked against the contract, as no worker answers: {exception.Detail}");
            }

            return;
        }

        if (known.Kind != OperationKind.Command)
        {
            throw CliException.Usage($"{target} is no command but a {known.Kind}: use 'messaging call {target}'.");
        }
    }

    private static async Task<int> CountPartitionsAsync(CommandSession session, Target target, CancellationToken cancellationToken)
    {
        var queues = await session.Queues.ListAsync(target.Service, cancellationToken).ConfigureAwait(false);
        return queues.Count(static queue => queue.Purpose == QueuePurpose.OrderedCommands) is > 0 and var count
            ? count
            : throw CliException.Usage($"The service '{target.Service}' has no partitions for ordered commands at the broker: leave --key out, or start a worker whose contract says OrderedBy.");
    }
}
