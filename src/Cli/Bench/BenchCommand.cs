using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Messaging.Cli.Calling;
using Messaging.Cli.Hosting;
using Messaging.Cli.Output;
using Messaging.Serialization;
using Spectre.Console;

namespace Messaging.Cli.Bench;

/// <summary><c>messaging bench</c>: loads an operation and measures it. Bounded by time, and by count where one is given.</summary>
internal static class BenchCommand
{
    private static readonly double[] _percentiles = [50, 90, 99, 99.9];

    public static Command Create()
    {
        var body = new Argument<string?>("body") { Description = "The request of every call: JSON, @file, or - for the standard input. Default: {}.", Arity = ArgumentArity.ZeroOrOne };
        var callers = new Option<int>("--callers") { Description = "How many calls may be under way at once.", DefaultValueFactory = static _ => 32 };
        var duration = GlobalOptions.Duration("--duration", "How long to measure. Default: 10s.");
        var warmup = GlobalOptions.Duration("--warmup", "How long to call before, unmeasured. Default: 2s.");
        var count = new Option<long?>("--count") { Description = "End after so many measured calls, if that is before the time." };
        var rate = new Option<double?>("--rate") { Description = "Begin so many calls a second. A call that begins late is measured from when it was due." };
        var command = new Command("bench", "Loads an operation and prints calls a second, a latency histogram and percentiles. Runs the handlers for real.")
        {
            Target.Argument, body, callers, duration, warmup, count, rate,
        };
        command.Runs(async (session, cancellationToken) =>
        {
            var parsed = session.Parsed;
            var target = Target.Parse(parsed.GetValue(Target.Argument)!);
            var plan = new LoadPlan(
                parsed.GetValue(callers), parsed.GetValue(warmup) ?? TimeSpan.FromSeconds(2), parsed.GetValue(duration) ?? TimeSpan.FromSeconds(10), parsed.GetValue(count), parsed.GetValue(rate));
            plan.Check();
            await session.ConnectAsync(cancellationToken).ConfigureAwait(false);
            var found = await OperationFinder.FindAsync(session, target, contentType: null, cancellationToken).ConfigureAwait(false);
            if (found.Description.Kind != OperationKind.Call)
            {
                throw CliException.Usage($"{target} is a {found.Description.Kind}: bench measures operations with one request and one reply.");
            }

            var request = new RawPayload(await BodyReader.ReadAsync(parsed.GetValue(body), found.IsJson, Console.OpenStandardInput(), cancellationToken).ConfigureAwait(false));
            var options = session.Timeout is { } timeout ? new CallOptions { Timeout = timeout } : null;
            var load = new LoadRun(plan, TimeProvider.System, token => session.Invoker.CallAsync(found.Operation, request, options, token));
            var result = await RunAsync(session, load, cancellationToken).ConfigureAwait(false);
            Print(session.Output, target, plan, result);
            return result.Outcomes.Keys.All(static outcome => outcome == StatusCode.OK) ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static async Task<LoadResult> RunAsync(CommandSession session, LoadRun load, CancellationToken cancellationToken)
    {
        if (!session.Output.IsTerminal)
        {
            return await load.RunAsync(cancellationToken).ConfigureAwait(false);
        }

        return await session.Output.Tables.Status().StartAsync("calling…", async status =>
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var showing = ShowAsync(status, load, ended.Token);
            try
            {
                return await load.RunAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await ended.CancelAsync().ConfigureAwait(false);
                await showing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }).ConfigureAwait(false);
    }

    private static async Task ShowAsync(StatusContext status, LoadRun load, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            status.Status(string.Create(CultureInfo.InvariantCulture, $"{(load.IsWarm ? "measuring" : "warming up")}: {load.Ended:N0} calls"));
        }
    }

    private static void Print(CommandOutput output, Target target, LoadPlan plan, LoadResult result)
    {
        var perSecond = result.Latencies.Count / Math.Max(result.Took.TotalSeconds, 1e-9);
        if (output.Json)
        {
            output.Document(ToJson(target, plan, result, perSecond));
            return;
        }

        output.Line(string.Create(
            CultureInfo.InvariantCulture, $"{target}: {result.Latencies.Count:N0} calls in {result.Took.TotalSeconds:0.0} s by {plan.Callers} callers, {perSecond:N0} calls/s"));
        foreach (var (outcome, times) in result.Outcomes.OrderBy(static one => one.Key))
        {
            output.Line(string.Create(CultureInfo.InvariantCulture, $"  {outcome,-18}{times,12:N0}"));
        }

        if (result.Latencies.Count == 0)
        {
            return;
        }

        output.Line();
        foreach (var percentile in _percentiles)
        {
            output.Line(string.Create(CultureInfo.InvariantCulture, $"  {"p" + percentile.ToString(CultureInfo.InvariantCulture),-8}{Durations.Show(result.Latencies.At(percentile)),12}"));
        }

        output.Line($"  {"max",-8}{Durations.Show(result.Latencies.Max),12}");
        output.Line();
        var bars = result.Latencies.Bars();
        var highest = bars.Max(static bar => bar.Count);
        foreach (var (upTo, times) in bars)
        {
            output.Line(string.Create(CultureInfo.InvariantCulture, $"  up to {Durations.Show(upTo),9} {times,10:N0} {new string('#', (int)Math.Ceiling(40d * times / highest))}"));
        }
    }

    private static JsonObject ToJson(Target target, LoadPlan plan, LoadResult result, double perSecond)
    {
        var latencies = new JsonObject();
        if (result.Latencies.Count > 0)
        {
            foreach (var percentile in _percentiles)
            {
                latencies["p" + percentile.ToString(CultureInfo.InvariantCulture)] = result.Latencies.At(percentile).TotalMilliseconds;
            }

            latencies["max"] = result.Latencies.Max.TotalMilliseconds;
        }

        var outcomes = new JsonObject();
        foreach (var (outcome, times) in result.Outcomes.OrderBy(static one => one.Key))
        {
            outcomes[outcome.ToString()] = times;
        }

        return new JsonObject
        {
            ["operation"] = target.ToString(),
            ["callers"] = plan.Callers,
            ["rate"] = plan.Rate,
            ["calls"] = result.Latencies.Count,
            ["seconds"] = Math.Round(result.Took.TotalSeconds, 3),
            ["callsPerSecond"] = Math.Round(perSecond, 1),
            ["outcomes"] = outcomes,
            ["latencyMs"] = latencies,
        };
    }
}
