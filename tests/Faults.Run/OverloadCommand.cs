using System.CommandLine;
using System.CommandLine.Parsing;
using Messaging.Faults.Overload;
using Messaging.Testing;
using Spectre.Console;

namespace Messaging.Faults.Run;

/// <summary>The command line of a run under overload.</summary>
internal static class OverloadCommand
{
    private static readonly OverloadOptions _standard = new();

    private static readonly Option<double> _factor = new("--factor") { Description = "How many times the measured capacity is offered.", DefaultValueFactory = _ => _standard.Factor, Validators = { RefuseNothing } };
    private static readonly Option<int> _requesters = new("--requesters") { Description = "Requester processes that flood. There is always one besides that calls a little.", DefaultValueFactory = _ => _standard.Flooders, Validators = { RefuseNothing } };
    private static readonly Option<int> _workers = new("--workers") { Description = "Worker processes.", DefaultValueFactory = _ => _standard.Workers, Validators = { RefuseNothing } };
    private static readonly Option<int> _slots = new("--slots") { Description = "Calls that a worker handles at a time.", DefaultValueFactory = _ => _standard.Slots, Validators = { RefuseNothing } };
    private static readonly Option<TimeSpan> _handling = RunDuration.Option("--handling", "How long a handler takes; below 1ms it keeps a processor busy.", _standard.Handling);
    private static readonly Option<TimeSpan> _deadline = RunDuration.Option("--deadline", "Of every call.", _standard.Deadline);
    private static readonly Option<int> _callers = new("--callers") { Description = "Callers that measure the capacity; 0 for 2 a slot, or 32 where handlers take less than 1ms." };
    private static readonly Option<double> _normal = new("--normal") { Description = "The load before and after, as a part of the capacity.", DefaultValueFactory = _ => _standard.Normal };
    private static readonly Option<int> _streams = new("--streams") { Description = "Streams that are read meanwhile." };
    private static readonly Option<bool> _quorum = new("--quorum") { Description = "Calls wait in a quorum queue." };
    private static readonly Option<CallersDoor> _via = new("--via") { Description = "Requester, or Http or Grpc for clients of the gateway.", DefaultValueFactory = _ => _standard.Door };
    private static readonly Option<bool> _inMemory = new("--in-memory") { Description = "All in this process, on the in-memory broker." };
    private static readonly Option<TimeSpan> _phase = RunDuration.Option("--phase", "How long each phase lasts but the overload.", _standard.Phase);
    private static readonly Option<TimeSpan> _duration = RunDuration.Option("--duration", "How long the overload lasts.", _standard.Duration);
    private static readonly Option<double> _goodput = new("--goodput") { Description = "How much of the capacity has to be answered in time.", DefaultValueFactory = _ => _standard.GoodputBar };
    private static readonly Option<bool> _measure = new("--measure") { Description = "Ends with 0 whatever is measured, if the run itself went in order." };

    public static Command Create(Option<string?> keep, Option<string?> broker)
    {
        var command = new Command("overload", "Measures what workers can do, offers them more, and says what was answered in time, who got it, what was refused in time and what failed. Ends with 0 only where what the last table asks was given.")
        {
            _factor, _requesters, _workers, _slots, _handling, _deadline, _callers, _normal, _streams, _quorum, _via, _inMemory, _phase, _duration, _goodput, _measure, keep, broker,
        };
        command.Validators.Add(static result =>
        {
            if (result.GetValue(_inMemory) && (result.GetValue(_via) != CallersDoor.Requester || result.GetValue(_quorum)))
            {
                result.AddError("--in-memory has neither a gateway nor quorum queues: leave --via and --quorum out, or --in-memory.");
            }
        });
        command.SetAction((arguments, cancellationToken) => RunAsync(arguments, keep, broker, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, Option<string?> keep, Option<string?> broker, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(broker) is { } folder)
        {
            Environment.SetEnvironmentVariable(PrivateBroker.RootVariable, folder);
        }

        var options = new OverloadOptions
        {
            Factor = arguments.GetValue(_factor),
            Flooders = arguments.GetValue(_requesters),
            Workers = arguments.GetValue(_workers),
            Slots = arguments.GetValue(_slots),
            Handling = arguments.GetValue(_handling),
            Deadline = arguments.GetValue(_deadline),
            Callers = arguments.GetValue(_callers),
            Normal = arguments.GetValue(_normal),
            Streams = arguments.GetValue(_streams),
            QuorumQueue = arguments.GetValue(_quorum),
            Door = arguments.GetValue(_via),
            InMemory = arguments.GetValue(_inMemory),
            Phase = arguments.GetValue(_phase),
            Duration = arguments.GetValue(_duration),
            GoodputBar = arguments.GetValue(_goodput),
            Keep = arguments.GetValue(keep),
        };
        var verdict = await OverloadRun.ExecuteAsync(options, AnsiConsole.WriteLine, cancellationToken);
        OverloadReport.Print(verdict, options);
        return verdict.IsGood || (arguments.GetValue(_measure) && verdict.Problems.Count == 0) ? 0 : 1;
    }

    private static void RefuseNothing(OptionResult result)
    {
        if (result.Tokens is [{ Value: var text }] && double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number <= 0)
        {
            result.AddError($"{result.Option.Name}: {text} is too little. Ask for more than 0.");
        }
    }
}
