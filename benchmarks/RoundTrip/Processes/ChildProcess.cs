using System.Diagnostics;

namespace Messaging.RoundTrip.Processes;

/// <summary>
/// This program, started again with the hidden command of <see cref="PartyCommand"/>: it reads one line, does what it
/// says and answers with one line. It ends when its standard input does.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan _endLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly string _name;

    private ChildProcess(Process process, string name)
    {
        _process = process;
        _name = name;
        Ended = process.WaitForExitAsync();
    }

    /// <summary>Complete when it has ended.</summary>
    public Task Ended { get; }

    /// <summary>Starts one.</summary>
    /// <param name="name">What messages call it.</param>
    public static ChildProcess Start(string name)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (string.Equals(Path.GetFileNameWithoutExtension(Environment.ProcessPath), "dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        }

        start.ArgumentList.Add(PartyCommand.Name);
        return new ChildProcess(Process.Start(start)!, name);
    }

    /// <summary>Has it do something.</summary>
    /// <param name="line">What.</param>
    /// <param name="cancellationToken">Gives up waiting. The answer is lost then, and the process of no more use.</param>
    /// <returns>Its answer.</returns>
    /// <exception cref="InvalidOperationException">It ended instead; what it printed is on standard error.</exception>
    public async Task<string> AskAsync(string line, CancellationToken cancellationToken)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
            await _process.StandardInput.FlushAsync(cancellationToken);
            if (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } answer)
            {
                return answer;
            }
        }
        catch (IOException)
        {
            // It ended while it was being asked.
        }

        throw new InvalidOperationException($"The process of {_name} ended early. What went wrong is above.");
    }

    /// <summary>Ends it at once.</summary>
    public void Kill() => _process.Kill();

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
}
