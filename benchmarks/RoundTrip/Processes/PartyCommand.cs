using System.CommandLine;
using System.Text.Json;
using System.Threading.Channels;
using Messaging.RoundTrip.Parties;

namespace Messaging.RoundTrip.Processes;

/// <summary>The hidden command that <see cref="PartyProcess"/> runs: a party that takes its steps from standard input.</summary>
internal static class PartyCommand
{
    public const string Name = "party";

    public static Command Create()
    {
        var setup = new Argument<PartySetup>("setup") { CustomParser = result => JsonSerializer.Deserialize<PartySetup>(result.Tokens[0].Value) };
        var command = new Command(Name, "Works or calls as standard input says, until it ends.") { setup };
        command.Hidden = true;
        command.SetAction(async (arguments, cancellationToken) =>
        {
            try
            {
                await TakePartAsync(arguments.GetRequiredValue(setup), cancellationToken);
                return 0;
            }
            catch (Exception failure)
            {
                await Console.Error.WriteLineAsync($"Process {Environment.ProcessId}: {failure}");
                return 1;
            }
        });
        return command;
    }

    private static async Task TakePartAsync(PartySetup setup, CancellationToken cancellationToken)
    {
        await using var party = await LocalParty.StartAsync(setup, cancellationToken);
        Console.WriteLine(PartyProcess.Done);
        var steps = ReadSteps();
        while (await NextAsync(steps, party, cancellationToken) is { } step)
        {
            Console.WriteLine(await TakeAsync(step, party));
        }
    }

    private static async Task<string> TakeAsync(string step, LocalParty party)
    {
        switch (step)
        {
            case PartyProcess.Begin:
                await party.BeginAsync();
                return PartyProcess.Done;
            case PartyProcess.Measure:
                await party.MeasureAsync();
                return PartyProcess.Done;
            case PartyProcess.Stop:
                return JsonSerializer.Serialize(await party.StopAsync());
            default:
                throw new InvalidOperationException($"There is no step '{step}'.");
        }
    }

    /// <returns>Null when there are no more, and when the party ended by itself: stopping it tells why.</returns>
    private static async Task<string?> NextAsync(ChannelReader<string> steps, LocalParty party, CancellationToken cancellationToken)
    {
        var next = steps.WaitToReadAsync(cancellationToken).AsTask();
        await Task.WhenAny(next, party.Ended);
        if (!next.IsCompleted)
        {
            await party.StopAsync();
        }

        return await next && steps.TryRead(out var step) ? step : null;
    }

    // Reading blocks, so it must not take one of the pool's few threads. The pipe also ends when the parent is killed.
    private static ChannelReader<string> ReadSteps()
    {
        var steps = Channel.CreateUnbounded<string>();
        new Thread(() =>
        {
            while (Console.In.ReadLine() is { } step)
            {
                steps.Writer.TryWrite(step);
            }

            steps.Writer.Complete();
        })
        { IsBackground = true }.Start();
        return steps.Reader;
    }
}
