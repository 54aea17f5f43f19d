using System.Diagnostics;
using System.Threading.Channels;
using Messaging.Testing;

namespace Messaging.RabbitMq.Tests.Calls;

/// <summary>A worker in a process of its own, which a test can kill.</summary>
internal sealed class ChildWorker : IAsyncDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    private ChildWorker(Process process) => _process = process;

    public static async Task<ChildWorker> StartAsync(PrivateBroker broker, string mode)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Messaging.WorkerProcess.dll");
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [program, broker.Uri.ToString(), mode]) { RedirectStandardOutput = true, UseShellExecute = false },
        };
        var worker = new ChildWorker(process);
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                worker._lines.Writer.TryWrite(text);
            }
        };
        process.Start();
        process.BeginOutputReadLine();
        Assert.Equal("serving", await worker.ReadLineAsync());
        return worker;
    }

    public async Task<string> ReadLineAsync() =>
        await _lines.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(_limit, TestContext.Current.CancellationToken);

    /// <summary>What it has written and nobody has read.</summary>
    public IReadOnlyList<string> Unread()
    {
        var lines = new List<string>();
        while (_lines.Reader.TryRead(out var line))
        {
            lines.Add(line);
        }

        return lines;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }
}
