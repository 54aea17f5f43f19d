using System.Text.Json;
using Messaging.RoundTrip.Parties;

namespace Messaging.RoundTrip.Processes;

/// <summary>A party in another process. Each step is one line to it and one line back.</summary>
internal sealed class PartyProcess : IParty
{
    /// <summary>The steps: <see cref="Open"/> is followed by a <see cref="PartySetup"/> as JSON.</summary>
    public const string Open = "open ", Begin = "begin", Measure = "measure", Stop = "stop", Close = "close";

    /// <summary>The answer to every step but <see cref="Stop"/>, whose answer is a <see cref="PartyResult"/> as JSON.</summary>
    public const string Done = "done";

    private static readonly TimeSpan _closeLimit = TimeSpan.FromSeconds(20);

    private readonly ChildProcess _process;

    private PartyProcess(ChildProcess process) => _process = process;

    public Task Ended => _process.Ended;

    /// <summary>Connects a party.</summary>
    /// <param name="process">Where it lives; it has no other.</param>
    /// <param name="setup">Who is in it.</param>
    /// <param name="cancellationToken">Gives up waiting, and ends the process.</param>
    /// <exception cref="InvalidOperationException">The process ended; what it printed is on standard error.</exception>
    public static async Task<PartyProcess> StartAsync(ChildProcess process, PartySetup setup, CancellationToken cancellationToken)
    {
        var party = new PartyProcess(process);
        try
        {
            await party.SendAsync(Open + JsonSerializer.Serialize(setup), cancellationToken);
            return party;
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }

    public Task BeginAsync() => SendAsync(Begin, CancellationToken.None);

    public Task MeasureAsync() => SendAsync(Measure, CancellationToken.None);

    public async Task<PartyResult> StopAsync() =>
        JsonSerializer.Deserialize<PartyResult>(await _process.AskAsync(Stop, CancellationToken.None))!;

    /// <summary>Closes the party. Its process stays, or is killed when that takes too long.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(_closeLimit);
        try
        {
            await SendAsync(Close, limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }
        catch (InvalidOperationException) when (Ended.IsCompleted)
        {
            // It ended before, which was reported then.
        }
    }

    private async Task SendAsync(string step, CancellationToken cancellationToken)
    {
        var answer = await _process.AskAsync(step, cancellationToken);
        if (!string.Equals(answer, Done, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"A process answered '{answer}' instead of '{Done}' to '{step}'.");
        }
    }
}
