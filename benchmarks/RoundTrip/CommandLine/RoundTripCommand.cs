using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Messaging.RoundTrip.Processes;
using Messaging.RoundTrip.Reports;
using Messaging.RoundTrip.Systems;
using Spectre.Console;

namespace Messaging.RoundTrip.CommandLine;

/// <summary>The command line.</summary>
internal static class RoundTripCommand
{
    private const int MaxParties = 8;
    private const int MaxConcurrency = 10_000;

    private static readonly Option<Uri?> _broker = new("--broker")
    {
        Description = "A running broker, for example amqp://guest:guest@localhost/. Without it a private one is started.",
        CustomParser = ParseBroker,
    };

    private static readonly Option<int?> _brokerPid = new("--broker-pid")
    {
        Description = "The broker's process on this machine, for the processor time; found by itself where the broker listens on the loopback interface.",
    };

    private static readonly Option<string[]> _systems = CommaList.Of(
        "--systems",
        $"A comma-separated choice of {string.Join(", ", SystemCatalog.All)}.",
        [.. SystemCatalog.Default],
        $"is unknown. Choose from {string.Join(", ", SystemCatalog.All)}.",
        (string text, out string name) => SystemCatalog.All.Contains(name = text, StringComparer.Ordinal));

    private static readonly Option<int[]> _callers = CommaList.OfNumbers("--callers", "Comma-separated numbers of concurrent callers.", [1, 32, 256]);

    private static readonly Option<QueueKind> _queue = new("--queue")
    {
        Description = "The queue that requests wait in: classic, or quorum with persistent requests that the broker confirms.",
        DefaultValueFactory = _ => QueueKind.Classic,
        HelpName = "classic|quorum",
    };

    private static readonly Option<int[]> _payload = CommaList.OfNumbers("--payload", "Bytes in a request and in its reply; several, separated by commas, are measured in turn.", [64]);

    private static readonly Option<TimeSpan[]> _handler = CommaList.Of(
        "--handler",
        "How long a worker's handler takes: it spins below 1 ms and waits from there on. For example 0,100us,1ms,10ms.",
        [TimeSpan.Zero],
        "is not a duration: write 0, microseconds below 1 ms (100us), or whole milliseconds or seconds (10ms, 1s).",
        (string text, out TimeSpan duration) => Duration.TryParse(text, out duration)
            && (duration < HandlerWork.ShortestDelay || duration.Ticks % TimeSpan.TicksPerMillisecond == 0));

    private static readonly Option<int> _concurrency = Number("--concurrency", "How many calls each worker handles at a time.", 256, MaxConcurrency);
    private static readonly Option<int[]> _workers = CommaList.OfNumbers("--workers", "How many workers compete, each with its own connection.", [1], MaxParties);
    private static readonly Option<int[]> _requesters = CommaList.OfNumbers("--requesters", "How many requesters share the callers, each with its own connection.", [1], MaxParties);
    private static readonly Option<double> _warmUp = new("--warmup") { Description = "Seconds of calls before anything counts.", DefaultValueFactory = _ => 3 };
    private static readonly Option<double> _seconds = new("--seconds") { Description = "Seconds of calls that count.", DefaultValueFactory = _ => 5 };
    private static readonly Option<int> _rounds = Number("--rounds", "How often everything is repeated; medians are reported.", 3);
    private static readonly Option<bool> _split = new("--split") { Description = "Run every worker and every requester in a process of its own." };
    private static readonly Option<bool> _allocations = new("--allocations") { Description = "Report what requesters and workers allocate per call by type, sampled." };
    private static readonly Option<bool> _json = new("--json") { Description = "One JSON line per system and case on standard output, and nothing else there." };

    public static RootCommand Create()
    {
        var command = new RootCommand("Measures request/reply round trips of several libraries side by side over one RabbitMQ broker.")
        {
            _broker, _brokerPid, _systems, _callers, _queue, _payload, _handler, _concurrency, _workers, _requesters, _warmUp, _seconds, _rounds, _split, _allocations, _json,
        };
        command.Subcommands.Add(PartyCommand.Create());
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var options = Read(arguments);
        var problems = options.Problems.ToList();
        if (problems.Count > 0)
        {
            problems.ForEach(Console.Error.WriteLine);
            return 1;
        }

        try
        {
            var lines = await new Run(options, Console.Error).ExecuteAsync(cancellationToken);
            if (arguments.GetValue(_json))
            {
                JsonReport.Write(lines, options, Console.Out);
            }
            else
            {
                TableReport.Write(lines, AnsiConsole.Console);
                if (options.Allocations)
                {
                    AllocationReport.Write(lines, AnsiConsole.Console);
                }
            }

            return 0;
        }
        catch (NotSupportedException unsupported)
        {
            await Console.Error.WriteLineAsync(unsupported.Message);
            return 1;
        }
    }

    private static RunOptions Read(ParseResult arguments) => new()
    {
        Broker = arguments.GetValue(_broker),
        BrokerPid = arguments.GetValue(_brokerPid),
        Systems = arguments.GetValue(_systems)!,
        Callers = arguments.GetValue(_callers)!,
        Queue = arguments.GetValue(_queue),
        PayloadBytes = arguments.GetValue(_payload)!,
        Handlers = arguments.GetValue(_handler)!,
        Concurrency = arguments.GetValue(_concurrency),
        Workers = arguments.GetValue(_workers)!,
        Requesters = arguments.GetValue(_requesters)!,
        WarmUp = TimeSpan.FromSeconds(arguments.GetValue(_warmUp)),
        Measured = TimeSpan.FromSeconds(arguments.GetValue(_seconds)),
        Rounds = arguments.GetValue(_rounds),
        Split = arguments.GetValue(_split),
        Allocations = arguments.GetValue(_allocations),
    };

    private static Option<int> Number(string name, string description, int standard, int maximum = int.MaxValue)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<int>();
            if (value < 1 || value > maximum)
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} {value} is not a number from 1 to {maximum}."));
            }
        });
        return option;
    }

    private static Uri? ParseBroker(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps")
        {
            return uri;
        }

        result.AddError($"--broker '{text}' is not an address like amqp://guest:guest@localhost/.");
        return null;
    }
}
