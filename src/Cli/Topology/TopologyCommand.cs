using System.CommandLine;
using System.Text.Json.Nodes;
using Messaging.Cli.Hosting;
using Messaging.Cli.Output;
using Messaging.RabbitMq;
using Messaging.Transport;
using Spectre.Console;

namespace Messaging.Cli.Topology;

/// <summary><c>messaging topology</c>: what services need at the broker against what is there.</summary>
internal static class TopologyCommand
{
    public static Command Create()
    {
        var command = new Command("topology", "Compares the queues that services need with those at the broker, and declares what is missing.");
        command.Subcommands.Add(Create("plan", "Says which queues are missing, as wanted, of an earlier version, or clash. Declares none that is missing.", apply: false));
        command.Subcommands.Add(Create("apply", "Declares the queues that are missing. Never changes or deletes one.", apply: true));
        return command;
    }

    private static Command Create(string name, string description, bool apply)
    {
        var needs = new NeedOptions();
        var command = new Command(name, description);
        needs.AddTo(command);
        command.Runs(async (session, cancellationToken) =>
        {
            var wanted = needs.Read(session.Parsed);
            var findings = await FindAsync(session, wanted, apply, cancellationToken).ConfigureAwait(false);
            Print(session.Output, findings);
            return findings.Any(static one => one.Match == QueueMatch.Clash) ? ExitCode.Clash
                : findings.Any(static one => one.Match == QueueMatch.Missing) ? ExitCode.ChangesNeeded
                : ExitCode.Ok;
        });
        return command;
    }

    public static async Task<List<QueueFinding>> FindAsync(
        CommandSession session, IEnumerable<WorkerSubscription> wanted, bool apply, CancellationToken cancellationToken)
    {
        var needs = wanted.SelectMany(ServiceTopology.Needs).ToList();
        var connection = await ConnectAsync(session, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var topology = new ServiceTopology(connection);
            var findings = new List<QueueFinding>();
            foreach (var need in needs)
            {
                var finding = await topology.LookAsync(need, cancellationToken).ConfigureAwait(false);
                findings.Add(apply && finding.Match is not (QueueMatch.Clash or QueueMatch.Old)
                    ? await topology.ApplyAsync(need, cancellationToken).ConfigureAwait(false) with { Match = finding.Match == QueueMatch.Missing ? QueueMatch.Declared : QueueMatch.AsWanted }
                    : finding);
            }

            return findings;
        }
    }

    private static async Task<BrokerConnection> ConnectAsync(CommandSession session, CancellationToken cancellationToken)
    {
        // The plain connection does not wait for the broker's consent, which the look does.
        await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await session.Opener.OpenAsync("topology", cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception)
        {
            throw CommandSession.NoBroker(exception);
        }
    }

    private static void Print(CommandOutput output, List<QueueFinding> findings)
    {
        if (output.Json)
        {
            output.Document(new JsonObject { ["queues"] = new JsonArray([.. findings.Select(ToJson)]) });
            return;
        }

        var table = CommandOutput.Table("queue", "state", "arguments");
        foreach (var finding in findings)
        {
            table.AddRow(CommandOutput.Row(
                finding.Need.Queue,
                Name(finding.Match),
                string.Join(", ", finding.Need.Arguments.Select(static argument => $"{argument.Key}={argument.Value}"))));
        }

        output.Tables.Write(table);
        foreach (var finding in findings)
        {
            if (finding.Clash is { } clash)
            {
                output.Line($"{finding.Need.Queue}: {clash}");
            }
            else if (finding.Match == QueueMatch.Old)
            {
                output.Line($"{finding.Need.Queue}: declared by an earlier version. Workers serve it; give it by policy what it lacks: {finding.Command}");
            }
        }
    }

    private static JsonObject ToJson(QueueFinding finding)
    {
        var arguments = new JsonObject();
        foreach (var (name, value) in finding.Need.Arguments)
        {
            arguments[name] = value switch
            {
                null => null,
                bool flag => JsonValue.Create(flag),
                int number => JsonValue.Create(number),
                long number => JsonValue.Create(number),
                _ => JsonValue.Create(value.ToString()),
            };
        }

        return new JsonObject
        {
            ["queue"] = finding.Need.Queue,
            ["state"] = Name(finding.Match),
            ["arguments"] = arguments,
            ["clash"] = finding.Clash,
            ["policy"] = finding.Match == QueueMatch.Old ? finding.Command : null,
        };
    }

    private static string Name(QueueMatch match) => match switch
    {
        QueueMatch.Missing => "missing",
        QueueMatch.Declared => "declared",
        QueueMatch.Clash => "clash",
        QueueMatch.Old => "old",
        _ => "as wanted",
    };
}
