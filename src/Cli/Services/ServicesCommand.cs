using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Messaging.Cli.Hosting;
using Messaging.Cli.Output;
using Spectre.Console;

namespace Messaging.Cli.Services;

/// <summary><c>messaging services</c>: who is alive.</summary>
internal static class ServicesCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("service") { Description = "Only these services.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("services", "Lists the live services, their instances and how busy they are.") { names };
        command.Runs(async (session, cancellationToken) =>
        {
            await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var wanted = session.Parsed.GetValue(names) ?? [];
            var instances = (await session.Catalogue.ListAsync(cancellationToken).ConfigureAwait(false))
                .Where(one => wanted.Length == 0 || wanted.Contains(one.Service, StringComparer.Ordinal)).ToList();
            if (session.Output.Json)
            {
                session.Output.Document(new JsonObject { ["instances"] = new JsonArray([.. instances.Select(InstanceView.ToJson)]) });
            }
            else if (instances.Count == 0)
            {
                session.Output.Line("No worker answers. Check the broker and the virtual host; workers of older versions don't announce themselves.");
            }
            else
            {
                session.Output.Tables.Write(InstanceView.Instances(instances));
            }

            return ExitCode.Ok;
        });
        return command;
    }
}

/// <summary>How instances are shown.</summary>
internal static class InstanceView
{
    public static Table Instances(IEnumerable<ServiceInstance> instances)
    {
        var table = CommandOutput.Table("service", "host", "pid", "version", "up", "running", "calls/s", "p50", "p99", "failed", "state");
        foreach (var one in instances)
        {
            table.AddRow(CommandOutput.Row(
                one.Service,
                one.Host,
                one.ProcessId.ToString(CultureInfo.InvariantCulture),
                one.Version ?? "-",
                Durations.Show(one.Uptime),
                string.Create(CultureInfo.InvariantCulture, $"{one.Running}/{one.Concurrency}"),
                one.Operations.Sum(static load => load.Rate).ToString("0.#", CultureInfo.InvariantCulture),
                Slowest(one, static load => load.Median),
                Slowest(one, static load => load.Percentile99),
                one.Operations.Sum(static load => load.Failed).ToString(CultureInfo.InvariantCulture),
                one.Draining ? "draining" : "serving"));
        }

        return table;
    }

    public static JsonObject ToJson(ServiceInstance one) => new()
    {
        ["service"] = one.Service,
        ["instance"] = one.Instance,
        ["version"] = one.Version,
        ["host"] = one.Host,
        ["processId"] = one.ProcessId,
        ["uptimeMs"] = (long)one.Uptime.TotalMilliseconds,
        ["concurrency"] = one.Concurrency,
        ["running"] = one.Running,
        ["draining"] = one.Draining,
        ["operations"] = new JsonArray([.. one.Operations.Select(static load => new JsonObject
        {
            ["name"] = load.Name,
            ["kind"] = load.Kind.ToString(),
            ["handled"] = load.Handled,
            ["failed"] = load.Failed,
            ["rate"] = Math.Round(load.Rate, 2),
            ["medianMs"] = load.Median?.TotalMilliseconds,
            ["percentile99Ms"] = load.Percentile99?.TotalMilliseconds,
        })]),
    };

    // Percentiles of several operations can't be added; the slowest is what somebody waits for.
    private static string Slowest(ServiceInstance one, Func<OperationLoad, TimeSpan?> of) =>
        one.Operations.Max(of) is { } time ? Durations.Show(time) : "-";
}
