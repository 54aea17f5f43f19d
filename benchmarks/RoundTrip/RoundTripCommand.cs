using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Messaging.RoundTrip.Processes;
using Messaging.RoundTrip.Reports;
using Messaging.RoundTrip.Systems;
using Spectre.Console;

namespace Messaging.RoundTrip;

/// <summary>The command line.</summary>
internal static class RoundTripCommand
{
    private static readonly Option<Uri?> _brokerOption = new("--broker")
    {
        Description = "A running broker, for example amqp://guest:guest@localhost/. Without it a private one is started.",
        CustomParser = ParseBroker,
    };

    private static readonly Option<int?> _brokerPidOption = new("--broker-pid")
    {
        Description = "The broker's process on this machine, for the processor time; found by itself where the broker listens on the loopback interface.",
    };

    private static readonly Option<string[]> _systemsOption = new("--systems")
    {
        Description = $"A comma-separated choice of {string.Join(", ", SystemCatalog.All)}.",
        DefaultValueFactory = _ => [.. SystemCatalog.Default],
        CustomParser = ParseSystems,
    };

    private static readonly Option<int[]> _callersOption = new("--callers")
    {
        Description = "Comma-separated numbers of concurrent callers.",
        DefaultValueFactory = _ => [1, 32, 256],
        CustomParser = ParseCallers,
    };

    private static readonly Option<QueueKind> _queueOption = new("--queue")
    {
        Description = "The queue that requests wait in: classic, or quorum with persistent requests that the broker confirms.",
        DefaultValueFactory = _ => QueueKind.Classic,
        HelpName = "classic|quorum",
    };

    private static readonly Option<int> _payloadOption = Number("--payload", "Bytes in a request and in its reply.", 64, minimum: 1);
    private static readonly Option<double> _warmUpOption = new("--warmup") { Description = "Seconds of calls before anything counts.", DefaultValueFactory = _ => 3 };
    private static readonly Option<double> _secondsOption = new("--seconds") { Description = "Seconds of calls that count.", DefaultValueFactory = _ => 5 };
    private static readonly Option<int> _roundsOption = Number("--rounds", "How often everything is repeated; medians are reported.", 3, minimum: 1);
    private static readonly Option<bool> _splitOption = new("--split") { Description = "Run requester and worker in separate processes." };
    private static readonly Option<bool> _jsonOption = new("--json") { Description = "One JSON line per system and number of callers on standard output, and nothing else there." };

    public static RootCommand Create()
    {
        var command = new RootCommand("Measures request/reply round trips of several libraries side by side over one RabbitMQ broker.")
        {
            _brokerOption, _brokerPidOption, _systemsOption, _callersOption, _queueOption, _payloadOption, _warmUpOption, _secondsOption, _roundsOption, _splitOption, _jsonOption,
        };
        command.Subcommands.Add(WorkerProcess.CreateCommand());
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var options = Read(arguments);
            var lines = await new Run(options, Console.Error).ExecuteAsync(cancellationToken);
            if (arguments.GetValue(_jsonOption))
            {
                JsonReport.Write(lines, Console.Out);
            }
            else
            {
                TableReport.Write(lines, AnsiConsole.Console);
            }

            return 0;
        });
        return command;
    }

    private static RunOptions Read(ParseResult arguments) => new()
    {
        Broker = arguments.GetValue(_brokerOption),
        BrokerPid = arguments.GetValue(_brokerPidOption),
        Systems = arguments.GetValue(_systemsOption)!,
        Callers = arguments.GetValue(_callersOption)!,
        Queue = arguments.GetValue(_queueOption),
        PayloadBytes = arguments.GetValue(_payloadOption),
        WarmUp = TimeSpan.FromSeconds(arguments.GetValue(_warmUpOption)),
        Measured = TimeSpan.FromSeconds(arguments.GetValue(_secondsOption)),
        Rounds = arguments.GetValue(_roundsOption),
        Split = arguments.GetValue(_splitOption),
    };

    private static Option<int> Number(string name, string description, int standard, int minimum)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < minimum)
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} must be at least {minimum}."));
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

    private static string[] ParseSystems(ArgumentResult result)
    {
        var names = Split(result);
        foreach (var name in names.Except(SystemCatalog.All, StringComparer.Ordinal))
        {
            result.AddError($"--systems '{name}' is unknown. Choose from {string.Join(", ", SystemCatalog.All)}.");
        }

        return names;
    }

    private static int[] ParseCallers(ArgumentResult result)
    {
        var numbers = new List<int>();
        foreach (var text in Split(result))
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
            {
                numbers.Add(number);
            }
            else
            {
                result.AddError($"--callers '{text}' is not a positive number. Write for example --callers 1,32,256.");
            }
        }

        return [.. numbers];
    }

    private static string[] Split(ArgumentResult result) =>
        result.Tokens[0].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
