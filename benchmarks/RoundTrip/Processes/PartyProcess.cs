using System.Diagnostics;
using System.Text.Json;
using Messaging.RoundTrip.Parties;

namespace Messaging.RoundTrip.Processes;

/// <summary>
/// A party in a process of its own: this program, started again with the hidden command of <see cref="PartyCommand"/>.
/// It prints <see cref="Done"/> when it is connected; then it reads one step a line and answers each with one line.
/// </summary>
internal sealed class PartyProcess : IParty
{
    /// <summary>Steps, and the answer to all but the last, which is a <see cref="PartyResult"/> as JSON.</summary>
    public const string Begin = "begin", Measure = "measure", Stop = "stop", Done = "done";

    private static readonly TimeSpan _endLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly string _who;

    private PartyProcess(Process process, PartySetup setup)
    {
        _process = process;
        _who = $"The {(setup.Workers > 0 ? "worker" : "requester")} process of {setup.System}";
        Ended = process.WaitForExitAsync();
    }

    public Task Ended { get; }

    /// <summary>Starts the process and waits until its party is connected.</summary>
    /// <param name="setup">Who is in it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="InvalidOperationException">It ended instead; what it printed is on standard error.</exception>
    public static async Task<PartyProcess> StartAsync(PartySetup setup, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (string.Equals(Path.GetFileNameWithoutExtension(Environment.ProcessPath), "dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.Add(typeof(PartyProcess).Assembly.Location);
        }

        start.ArgumentList.Add(PartyCommand.Name);
        start.ArgumentList.Add(JsonSerializer.Serialize(setup));
        var party = new PartyProcess(Process.Start(start)!, setup);
        try
        {
            await party.ReadDoneAsync(cancellationToken);
            return party;
        }
        catch
        {
            await party.DisposeAsync();
            throw;
        }
    }

    public Task BeginAsync() => SendAsync(Begin);

    public Task MeasureAsync() => SendAsync(Measure);

    public async Task<PartyResult> StopAsync()
    {
        await WriteAsync(Stop);
        var line = await _process.StandardOutput.ReadLineAsync();
        return line is null ? throw EndedEarly() : JsonSerializer.Deserialize<PartyResult>(line)!;
    }

    /// <summary>Asks it to end, and kills it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already, with something left to read.
        }

        using var limit = new CancellationTokenSource(_endLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task SendAsync(string step)
    {
        await WriteAsync(step);
        await ReadDoneAsync(CancellationToken.None);
    }

    private async Task WriteAsync(string step)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(step);
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            throw EndedEarly();
        }
    }

    private async Task ReadDoneAsync(CancellationToken cancellationToken)
    {
        var line = await _process.StandardOutput.ReadLineAsync(cancellationToken);
        if (!string.Equals(line, Done, StringComparison.Ordinal))
        {
            throw line is null ? EndedEarly() : new InvalidOperationException($"{_who} printed '{line}' instead of '{Done}'.");
        }
    }

    private InvalidOperationException EndedEarly() => new($"{_who} ended early. What went wrong is above.");
}
