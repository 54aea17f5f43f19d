using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Messaging.Cli.Calling;
using Messaging.Cli.Hosting;
using Messaging.Cli.Output;
using Spectre.Console;

namespace Messaging.Cli.Queues;

/// <summary><c>messaging queues</c>: what waits.</summary>
internal static class QueuesCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("service") { Description = "The services. Default: those that are alive.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("queues", "Lists services' queues: how many messages wait, how many consumers there are.") { names };
        command.Runs(async (session, cancellationToken) =>
        {
            IEnumerable<string> services = session.Parsed.GetValue(names) ?? [];
            services = [.. services.Select(Target.CheckService)];
            await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
            if (!services.Any())
            {
                services = (await session.Catalogue.ListAsync(cancellationToken).ConfigureAwait(false))
                    .Select(static one => one.Service).Distinct(StringComparer.Ordinal);
            }

            var queues = new List<QueueState>();
            foreach (var service in services)
            {
                queues.AddRange(await session.Queues.ListAsync(service, cancellationToken).ConfigureAwait(false));
            }

            if (session.Output.Json)
            {
                session.Output.Document(new JsonObject { ["queues"] = new JsonArray([.. queues.Select(ToJson)]) });
            }
            else if (queues.Count == 0)
            {
                session.Output.Line("No queue is there: no worker has declared any. Name the services whose workers don't run.");
            }
            else
            {
                session.Output.Tables.Write(Table(queues));
            }

            return ExitCode.Ok;
        });
        return command;
    }

    public static Table Table(IEnumerable<QueueState> queues)
    {
        var table = CommandOutput.Table("queue", "holds", "messages", "consumers");
        foreach (var queue in queues)
        {
            table.AddRow(CommandOutput.Row(
                queue.Name, queue.Purpose.ToString(), queue.Messages.ToString(CultureInfo.InvariantCulture), queue.Consumers.ToString(CultureInfo.InvariantCulture)));
        }

        return table;
    }

    public static JsonObject ToJson(QueueState queue) => new()
    {
        ["queue"] = queue.Name,
        ["purpose"] = queue.Purpose.ToString(),
        ["messages"] = queue.Messages,
        ["consumers"] = queue.Consumers,
    };
}
