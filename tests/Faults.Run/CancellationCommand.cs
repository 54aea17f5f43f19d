using System.CommandLine;
using Messaging.Faults.Schedules;
using Spectre.Console;

namespace Messaging.Faults.Run;

/// <summary>The command line of a run of cancelled commands.</summary>
internal static class CancellationCommand
{
    private static readonly Option<int> _count = new("--count") { Description = "How many commands are scheduled and cancelled.", DefaultValueFactory = _ => 10_000 };
    private static readonly Option<int> _oneByOne = new("--one-by-one") { Description = "How many of them are cancelled one after the other; the others 50 at a time.", DefaultValueFactory = _ => 1_000 };
    private static readonly Option<int> _delay = new("--delay") { Description = "Seconds of delay. All has to be scheduled and cancelled, and the broker back, within.", DefaultValueFactory = _ => 120 };

    public static Command Create()
    {
        var command = new Command("cancellations", "Schedules commands, cancels them and kills the broker. Ends with 0 only where none ran and nothing is left in the broker a minute after they were due.")
        {
            _count, _oneByOne, _delay,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken) =>
        await CancellationRun.ExecuteAsync(
            arguments.GetValue(_count), arguments.GetValue(_oneByOne), TimeSpan.FromSeconds(arguments.GetValue(_delay)), AnsiConsole.WriteLine, cancellationToken) ? 0 : 1;
}
