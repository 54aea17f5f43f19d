using System.Diagnostics;
using System.Reflection;
using System.Threading.Channels;

namespace Messaging.Samples.Tests;

/// <summary>A sample, run as a process of its own with nothing but its arguments.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private int _openStreams = 2;

    private SampleProcess(string sample, string[] args)
    {
        _process = new Process { StartInfo = StartInfo(sample, args) };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static SampleProcess StartOrders(params string[] args) => new("Orders", args);

    public static SampleProcess StartGreeter(params string[] args) => new("Greeter", args);

    /// <summary>Runs Orders to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunOrdersAsync(CancellationToken ct, params string[] args)
    {
        await using var process = StartOrders(args);
        return await process.EndAsync(ct);
    }

    /// <summary>Waits for its end, and gives what it has said since it was last asked.</summary>
    public async Task<(int ExitCode, string Output)> EndAsync(CancellationToken ct)
    {
        var output = string.Join('\n', await _lines.Reader.ReadAllAsync(ct).ToListAsync(ct));
        await _process.WaitForExitAsync(ct);
        return (_process.ExitCode, output);
    }

    /// <summary>The next line that holds a text.</summary>
    public async Task<string> LineWithAsync(string text, CancellationToken ct)
    {
        var seen = new List<string>();
        await foreach (var line in _lines.Reader.ReadAllAsync(ct))
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }

            seen.Add(line);
        }

        throw new InvalidOperationException($"The sample ended without '{text}'. It said:\n{string.Join('\n', seen)}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    /// <summary>What the project file says under a name.</summary>
    public static string Metadata(string key) => typeof(SampleProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => string.Equals(metadata.Key, key, StringComparison.Ordinal)).Value!;

    private static ProcessStartInfo StartInfo(string sample, string[] args)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Metadata(sample), .. args])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What is set where the tests run must not decide what the sample does.
        foreach (var name in start.Environment.Keys.Where(IsOurs).ToList())
        {
            start.Environment.Remove(name);
        }

        return start;
    }

    private static bool IsOurs(string variable) =>
        variable.StartsWith("Orders__", StringComparison.Ordinal) || variable.StartsWith("Messaging__", StringComparison.Ordinal);

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
