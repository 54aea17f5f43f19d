using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Messaging.Cli.Hosting;
using Messaging.Cli.Output;
using Messaging.Cli.Queues;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Messaging.Cli.Services;

/// <summary><c>messaging watch</c>: services, instances and queues as they change, until Ctrl+C.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var names = new Argument<string[]>("service") { Description = "Only these services, also while nobody serves them.", Arity = ArgumentArity.ZeroOrMore };
        var count = new Option<int?>("--count") { Description = "End after so many looks. Default: at Ctrl+C." };
        var command = new Command("watch", "Shows services, load and queues as they change; a line a second without a terminal.") { names, count };
        command.Runs(async (session, cancellationToken) =>
        {
            await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var looks = LooksAsync(session, session.Parsed.GetValue(names) ?? [], session.Parsed.GetValue(count) ?? int.MaxValue, cancellationToken);
            if (session.Output.IsTerminal)
            {
                await session.Output.Tables.Live(new Text("Asking who is there…")).AutoClear(false).StartAsync(async live =>
                {
                    await foreach (var look in looks.ConfigureAwait(false))
                    {
                        live.UpdateTarget(Render(look));
                    }
                }).ConfigureAwait(false);
                return ExitCode.Ok;
            }

            await foreach (var look in looks.ConfigureAwait(false))
            {
                if (session.Output.Json)
                {
                    session.Output.Document(ToJson(look));
                }
                else
                {
                    session.Output.Line(OneLine(look));
                }

                await session.Output.Raw.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static async IAsyncEnumerable<Look> LooksAsync(
        CommandSession session, string[] wanted, int count, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_interval);
        for (var looked = 0; looked < count; looked++)
        {
            var instances = (await session.Catalogue.ListAsync(cancellationToken).ConfigureAwait(false))
                .Where(one => wanted.Length == 0 || wanted.Contains(one.Service, StringComparer.Ordinal)).ToList();
            var queues = new List<QueueState>();
            string? trouble = null;
            try
            {
                foreach (var service in instances.Select(static one => one.Service).Union(wanted, StringComparer.Ordinal).Order(StringComparer.Ordinal))
                {
                    queues.AddRange(await session.Queues.ListAsync(service, cancellationToken).ConfigureAwait(false));
                }
            }
            catch (RpcException exception)
            {
                // A broker that restarts is worth watching through.
                trouble = exception.Detail;
            }

            yield return new Look(instances, queues, trouble);
            if (looked + 1 < count)
            {
                await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static Rows Render(Look look)
    {
        var parts = new List<IRenderable>
        {
            look.Instances.Count == 0 ? new Text("No worker is there.") : InstanceView.Instances(look.Instances),
            QueuesCommand.Table(look.Queues),
        };
        if (look.Trouble is not null)
        {
            parts.Add(new Text(TerminalText.Clean(look.Trouble)));
        }

        return new Rows(parts);
    }

    private static JsonObject ToJson(Look look) => new()
    {
        ["instances"] = new JsonArray([.. look.Instances.Select(InstanceView.ToJson)]),
        ["queues"] = new JsonArray([.. look.Queues.Select(QueuesCommand.ToJson)]),
        ["trouble"] = look.Trouble,
    };

    private static string OneLine(Look look)
    {
        var services = look.Instances.GroupBy(static one => one.Service, StringComparer.Ordinal).Select(static group => string.Create(
            CultureInfo.InvariantCulture,
            $"{group.Key} instances={group.Count()} running={group.Sum(static one => one.Running)}/{group.Sum(static one => one.Concurrency)} rate={group.Sum(static one => one.Operations.Sum(static load => load.Rate)):0.#}/s"));
        var queues = look.Queues.Where(static queue => queue.Messages > 0).Select(static queue => string.Create(CultureInfo.InvariantCulture, $"{queue.Name}={queue.Messages}"));
        var line = string.Join(" | ", services.Concat(queues));
        return look.Trouble ?? (line.Length == 0 ? "no worker is there" : line);
    }

    private sealed record Look(IReadOnlyList<ServiceInstance> Instances, IReadOnlyList<QueueState> Queues, string? Trouble);
}
