using System.Diagnostics;
using Orders.Activity;

namespace Orders.Tour;

/// <summary>A worker in a process of its own, ended by <c>kill -9</c>.</summary>
internal sealed class WorkerProcess : DoomedWorker
{
    private readonly Process _process;
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _busy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<string> _lastLines = new();

    private WorkerProcess(Uri broker)
    {
        _process = new Process { StartInfo = Itself(["--role", "worker", "--name", Name]) };
        // Not as an argument: everyone on the machine can read those, and the address may hold a password.
        _process.StartInfo.Environment["Messaging__RabbitMq__Uri"] = broker.OriginalString;
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
    }

    public override string Fate => $"process {_process.Id} was killed (-9)";

    public static async Task<WorkerProcess> LaunchAsync(Uri broker, CancellationToken ct)
    {
        var worker = new WorkerProcess(broker);
        worker._process.Start();
        worker._process.BeginOutputReadLine();
        worker._process.BeginErrorReadLine();
        await worker._joined.Task.WaitAsync(ct);
        return worker;
    }

    public override Task BusyAsync(CancellationToken ct) => _busy.Task.WaitAsync(ct);

    public override Task KillAsync()
    {
        _process.Kill();
        return _process.WaitForExitAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    /// <summary>This program again, whether it runs as an executable or as <c>dotnet Orders.dll</c>.</summary>
    private static ProcessStartInfo Itself(IEnumerable<string> args)
    {
        var program = Environment.ProcessPath ?? throw new UnexpectedException("this process does not know its own path");
        var byDotnet = string.Equals(Path.GetFileNameWithoutExtension(program), "dotnet", StringComparison.OrdinalIgnoreCase);
        return new ProcessStartInfo(program, byDotnet ? [Environment.GetCommandLineArgs()[0], .. args] : args)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    /// <summary>Reads the lines that <see cref="LiveView.PlainLines"/> writes.</summary>
    private void Read(string? line)
    {
        if (line is null)
        {
            // Its output has ended: a worker that never joined says why with its last lines.
            _joined.TrySetException(new UnexpectedException($"the worker process ended before it served: {string.Join(" / ", _lastLines)}"));
            return;
        }

        lock (_lastLines)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > 5)
            {
                _lastLines.Dequeue();
            }
        }

        if (line.Contains(ActivityEntry.Word(Happening.Joined), StringComparison.Ordinal))
        {
            _joined.TrySetResult();
        }

        if (line.Contains(ActivityEntry.Word(Happening.Started), StringComparison.Ordinal) && line.Contains("Audit", StringComparison.Ordinal))
        {
            _busy.TrySetResult();
        }
    }
}
