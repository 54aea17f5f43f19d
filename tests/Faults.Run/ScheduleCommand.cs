using System.CommandLine;
using Messaging.Faults.Schedules;
using Spectre.Console;

namespace Messaging.Faults.Run;

/// <summary>The command line of a run of scheduled commands.</summary>
internal static class ScheduleCommand
{
    private static readonly Option<int> _seed = new("--seed") { Description = "Of every choice that the run makes.", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> _restarts = new("--restarts") { Description = "How often the broker is killed or stopped, by turns.", DefaultValueFactory = _ => 5 };
    private static readonly Option<double> _rate = new("--rate") { Description = "Commands that are scheduled in a second.", DefaultValueFactory = _ => 20 };
    private static readonly Option<int> _longest = new("--longest") { Description = "The longest delay in seconds.", DefaultValueFactory = _ => 20 };
    private static readonly Option<int> _every = new("--every") { Description = "Seconds between the broker's return and the next restart.", DefaultValueFactory = _ => 10 };
    private static readonly Option<int> _queues = new("--queues") { Description = "Quorum queues beside those that the run needs." };
    private static readonly Option<int> _patience = new("--patience") { Description = "Seconds to wait for the last commands.", DefaultValueFactory = _ => 60 };

    public static Command Create()
    {
        var command = new Command("schedules", "Schedules commands while the broker is restarted, and says how late they ran. Ends with 0 only where none was lost or early and 99 % came within 5 s of their time or of the broker's return.")
        {
            _seed, _restarts, _rate, _longest, _every, _queues, _patience,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var verdict = await ScheduleRun.ExecuteAsync(
            new ScheduleOptions
            {
                Seed = arguments.GetValue(_seed),
                Restarts = arguments.GetValue(_restarts),
                Rate = arguments.GetValue(_rate),
                MaxDelay = arguments.GetValue(_longest),
                Every = TimeSpan.FromSeconds(arguments.GetValue(_every)),
                OtherQueues = arguments.GetValue(_queues),
                Patience = TimeSpan.FromSeconds(arguments.GetValue(_patience)),
            },
            AnsiConsole.WriteLine,
            cancellationToken);
        AnsiConsole.WriteLine(verdict.ToString());
        return verdict.IsGood ? 0 : 1;
    }
}
