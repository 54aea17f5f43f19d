using System.CommandLine;
using System.CommandLine.Parsing;
using Messaging.Faults.Runs;
using Messaging.Testing;
using Spectre.Console;

namespace Messaging.Faults.Run;

/// <summary>The command line.</summary>
internal static class RunCommand
{
    private static readonly Option<int> _seed = new("--seed") { Description = "Of every choice that the run makes.", DefaultValueFactory = _ => 1 };
    private static readonly Option<TimeSpan> _duration = RunDuration.Option("--duration", "How long there is load and faults.", TimeSpan.FromMinutes(1));
    private static readonly Option<double> _rate = new("--rate") { Description = "Calls and commands in a second, of all requesters together.", DefaultValueFactory = _ => 200 };
    private static readonly Option<double> _calls = new("--calls") { Description = "How many of them are calls, from 0 to 1.", DefaultValueFactory = _ => 0.5 };

    private static readonly Option<bool> _idempotent = new("--idempotent") { Description = "Calls may be repeated." };
    private static readonly Option<CallQueueType?> _callQueue = new("--call-queue") { Description = "Where calls wait, if not where they do by default." };

    private static readonly Option<string[]> _faults = new("--faults")
    {
        Description = $"A comma-separated choice of {string.Join(", ", FaultCatalog.Names)}; an operator's with what it is done to, if that is not to be chosen: queue-delete:probe.dead.",
        CustomParser = ParseFaults,
        DefaultValueFactory = _ => ["broker-kill"],
    };

    private static readonly Option<TimeSpan> _every = RunDuration.Option("--every", "From the beginning of one fault to the next.", TimeSpan.FromSeconds(10));
    private static readonly Option<int> _count = new("--count") { Description = "How many faults, however long they take; 0 for as many as there is time for." };
    private static readonly Option<int> _workers = new("--workers") { Description = "Worker processes.", DefaultValueFactory = _ => 2 };
    private static readonly Option<int> _requesters = new("--requesters") { Description = "Requester processes.", DefaultValueFactory = _ => 1 };
    private static readonly Option<TimeSpan> _handling = RunDuration.Option("--handling", "How long a handler takes.", TimeSpan.Zero);
    private static readonly Option<int> _deliveries = new("--delivery-limit") { Description = "How often a command may come back before it is dead-lettered.", DefaultValueFactory = _ => 20 };
    private static readonly Option<int> _nodes = new("--nodes") { Description = "1, or 3 for a cluster.", DefaultValueFactory = _ => 1 };

    private static readonly Option<int> _concurrency = new("--concurrency") { Description = "Calls that a worker handles at a time; 0 for the library's default." };
    private static readonly Option<int> _underWay = new("--under-way") { Description = "Calls and commands that a requester may have under way.", DefaultValueFactory = _ => 2_000 };
    private static readonly Option<bool> _inbox = new("--inbox") { Description = "Workers have an inbox: a command may have one effect only." };

    private static readonly Option<double> _variety = new("--variety") { Description = "How many calls are streams, and how many commands are delayed, cancelled, urgent or ordered (a quarter of it each), from 0 to 1.", DefaultValueFactory = _ => 0.2 };
    private static readonly Option<double> _failing = new("--failing") { Description = "How many commands fail for good, from 0 to 1." };
    private static readonly Option<double> _slow = new("--slow") { Description = "How many calls and commands take --slow-handling and throw something of their own when they are cancelled, from 0 to 1." };
    private static readonly Option<TimeSpan> _slowHandling = RunDuration.Option("--slow-handling", "How long those take.", TimeSpan.FromSeconds(3));
    private static readonly Option<TimeSpan> _drain = RunDuration.Option("--drain", "How long a worker that is ended may take for what it runs.", TimeSpan.FromSeconds(20));
    private static readonly Option<double> _mischief = new("--mischief") { Description = "How often application code and observers of workers throw at each point where they can, from 0 to 1." };
    private static readonly Option<double> _requesterMischief = new("--requester-mischief") { Description = "The same of requesters." };
    private static readonly Option<TimeSpan> _quiet = RunDuration.Option("--quiet", "How long what is under way may take when there is no more load.", TimeSpan.FromMinutes(2));
    private static readonly Option<string?> _keep = new("--keep") { Description = "A new folder in which ledgers and logs are kept.", Validators = { RefuseFolder } };
    private static readonly Option<string?> _broker = new("--broker")
    {
        Description = "Another RabbitMQ than the installed one: 3.10, 4.0 or 4.3, as eng/brokers.sh makes them, or a root folder.",
        CustomParser = BrokerFolder.Parse,
    };

    public static RootCommand Create()
    {
        var command = new RootCommand("Drives calls and commands through faults, then says what was lost, duplicated, recovered, unexpected or late. Ends with 0 only where nothing was lost or late.")
        {
            _seed, _duration, _rate, _calls, _idempotent, _callQueue, _faults, _every, _count, _workers, _requesters, _handling, _deliveries, _nodes, _inbox, _concurrency, _underWay,
            _variety, _failing, _slow, _slowHandling, _drain, _mischief, _requesterMischief, _quiet, _keep, _broker,
        };
        command.Subcommands.Add(ScheduleCommand.Create());
        command.Subcommands.Add(CancellationCommand.Create());
        command.Subcommands.Add(OverloadCommand.Create(_keep, _broker));
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(_broker) is { } broker)
        {
            Environment.SetEnvironmentVariable(PrivateBroker.RootVariable, broker);
        }

        var options = new RunOptions
        {
            Seed = arguments.GetValue(_seed),
            Duration = arguments.GetValue(_duration),
            Rate = arguments.GetValue(_rate),
            CallShare = arguments.GetValue(_calls),
            Idempotent = arguments.GetValue(_idempotent),
            CallQueue = arguments.GetValue(_callQueue),
            Faults = arguments.GetValue(_faults)!,
            Every = arguments.GetValue(_every),
            MaxFaults = arguments.GetValue(_count),
            Workers = arguments.GetValue(_workers),
            Requesters = arguments.GetValue(_requesters),
            Handling = arguments.GetValue(_handling),
            DeliveryLimit = arguments.GetValue(_deliveries),
            Nodes = arguments.GetValue(_nodes),
            Concurrency = arguments.GetValue(_concurrency),
            MaxUnderWay = arguments.GetValue(_underWay),
            Inbox = arguments.GetValue(_inbox),
            Variety = arguments.GetValue(_variety),
            Failing = arguments.GetValue(_failing),
            Slow = arguments.GetValue(_slow),
            SlowHandling = arguments.GetValue(_slowHandling),
            DrainTimeout = arguments.GetValue(_drain),
            Mischief = arguments.GetValue(_mischief),
            RequesterMischief = arguments.GetValue(_requesterMischief),
            QuietLimit = arguments.GetValue(_quiet),
            Keep = arguments.GetValue(_keep),
        };
        var (verdict, faults) = await FaultRun.ExecuteAsync(options, AnsiConsole.WriteLine, cancellationToken);
        Report.Print(verdict, faults);
        return verdict.IsGood ? 0 : 1;
    }

    // The ledgers of two runs must not become one.
    private static void RefuseFolder(OptionResult result)
    {
        if (result.Tokens is [{ Value: var folder }] && Directory.Exists(folder))
        {
            result.AddError($"--keep: the folder '{folder}' is there already. Name a new one, or remove it.");
        }
    }

    private static string[] ParseFaults(ArgumentResult result)
    {
        var names = result.Tokens[0].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var unknown in names.Where(static name => !FaultCatalog.Has(name)))
        {
            result.AddError($"The fault '{unknown}' is unknown. Choose from {string.Join(", ", FaultCatalog.Names)}.");
        }

        return names;
    }
}
