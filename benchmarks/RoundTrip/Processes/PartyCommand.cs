using System.CommandLine;
using System.Text.Json;
using System.Threading.Channels;
using Messaging.RoundTrip.Parties;

namespace Messaging.RoundTrip.Processes;

/// <summary>The hidden command that <see cref="ChildProcess"/> runs: one party after the other, as standard input says.</summary>
internal static class PartyCommand
{
    public const string Name = "party";

    public static Command Create()
    {
        var command = new Command(Name, "Works or calls as standard input says, until it ends.") { Hidden = true };
        command.SetAction(async (_, cancellationToken) =>
        {
            try
            {
                await TakePartsAsync(ReadSteps(), cancellationToken);
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

    private static async Task TakePartsAsync(ChannelReader<string> steps, CancellationToken cancellationToken)
    {
        while (await steps.WaitToReadAsync(cancellationToken) && steps.TryRead(out var open))
        {
            var setup = JsonSerializer.Deserialize<PartySetup>(open.AsSpan(PartyProcess.Open.Length))!;
            await using (var party = await LocalParty.StartAsync(setup, cancellationToken))
            {
                await TakePartAsync(party, steps, cancellationToken);
            }

            Console.WriteLine(PartyProcess.Done);
        }
    }

    private static async Task TakePartAsync(LocalParty party, ChannelReader<string> steps, CancellationToken cancellationToken)
    {
        Console.WriteLine(PartyProcess.Done);
        var calling = false;
        while (await NextAsync(steps, calling ? party : null, cancellationToken) is { } step and not PartyProcess.Close)
        {
            switch (step)
            {
                case PartyProcess.Begin:
                    await party.BeginAsync();
                    calling = true;
                    Console.WriteLine(PartyProcess.Done);
                    break;
                case PartyProcess.Measure:
                    await party.MeasureAsync();
                    Console.WriteLine(PartyProcess.Done);
                    break;
                case PartyProcess.Stop:
                    calling = false;
                    Console.WriteLine(JsonSerializer.Serialize(await party.StopAsync()));
                    break;
                default:
                    throw new InvalidOperationException($"There is no step '{step}' while a party is open.");
            }
        }
    }

    /// <returns>Null when there are no more steps.</returns>
    private static async Task<string?> NextAsync(ChannelReader<string> steps, LocalParty? calling, CancellationToken cancellationToken)
    {
        var next = steps.WaitToReadAsync(cancellationToken).AsTask();
        if (calling is not null && await Task.WhenAny(next, calling.Ended) != next)
        {
            // It ended by itself. Stopping it throws what went wrong.
            await calling.StopAsync();
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
