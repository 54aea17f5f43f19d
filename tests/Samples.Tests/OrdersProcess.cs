using System.Diagnostics;
using System.Reflection;
using System.Threading.Channels;

namespace Messaging.Samples.Tests;

/// <summary>The Orders sample, run as a process of its own with nothing but its arguments.</summary>
internal sealed class OrdersProcess : IAsyncDisposable
{
    private static readonly string _program = typeof(OrdersProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key is "Orders").Value!;

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private int _openStreams = 2;

    private OrdersProcess(string[] args)
    {
        _process = new Process { StartInfo = StartInfo(args) };
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static OrdersProcess Start(params string[] args) => new(args);

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(CancellationToken ct, params string[] args)
    {
        await using var process = Start(args);
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

    private static ProcessStartInfo StartInfo(string[] args)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [_program, .. args])
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
