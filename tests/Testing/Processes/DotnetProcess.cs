using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace Messaging.Testing.Processes;

/// <summary>A program of this repository, run as a process of its own with nothing but its arguments. Killed when it is disposed of.</summary>
public sealed class DotnetProcess : IAsyncDisposable
{
    // What is set where the tests run must not decide what the program does.
    private static readonly string[] _ours = ["Messaging__", "Orders__", "Kestrel__", "ASPNETCORE_", "DOTNET_ENVIRONMENT"];

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private int _openStreams = 2;

    private DotnetProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Starts one.</summary>
    /// <param name="program">Its assembly's file.</param>
    /// <param name="arguments">Its arguments.</param>
    public static DotnetProcess Start(string program, params IEnumerable<string> arguments) =>
        Start(program, new Dictionary<string, string>(StringComparer.Ordinal), arguments);

    /// <summary>Starts one with settings in its environment.</summary>
    /// <param name="program">Its assembly's file.</param>
    /// <param name="settings">What is set.</param>
    /// <param name="arguments">Its arguments.</param>
    public static DotnetProcess Start(string program, IReadOnlyDictionary<string, string> settings, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(static name => _ours.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return new DotnetProcess(start);
    }

    /// <summary>Waits for its end, and gives what it has said since it was last asked.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(int ExitCode, string Output)> EndAsync(CancellationToken cancellationToken)
    {
        var output = string.Join('\n', await _lines.Reader.ReadAllAsync(cancellationToken).ToListAsync(cancellationToken));
        await _process.WaitForExitAsync(cancellationToken);
        return (_process.ExitCode, output);
    }

    /// <summary>The next line that holds a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It ended before.</exception>
    public async Task<string> LineWithAsync(string text, CancellationToken cancellationToken)
    {
        var seen = new List<string>();
        await foreach (var line in _lines.Reader.ReadAllAsync(cancellationToken))
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }

            seen.Add(line);
        }

        throw new InvalidOperationException($"The program ended without '{text}'. It said:\n{string.Join('\n', seen)}");
    }

    /// <summary>Sends it a signal.</summary>
    /// <param name="name">Its name without SIG, e.g. <c>INT</c>.</param>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Writer.TryWrite(line);
        }
        else if (Interlocked.Decrement(ref _openStreams) == 0)
        {
            _lines.Writer.Complete();
        }
    }
}
