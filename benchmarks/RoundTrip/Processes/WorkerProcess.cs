using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Messaging.RoundTrip.Systems;

namespace Messaging.RoundTrip.Processes;

/// <summary>A worker in a process of its own: this program, started again with a hidden command.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private const string CommandName = "worker";
    private const string Ready = "ready";
    private static readonly TimeSpan _endLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private WorkerProcess(Process process) => _process = process;

    /// <summary>The process, for its processor time.</summary>
    public int Id => _process.Id;

    /// <summary>Starts a worker and waits until it serves.</summary>
    /// <param name="system">The system's name.</param>
    /// <param name="setup">As the requester has it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="InvalidOperationException">It ended instead; what it printed is on standard error.</exception>
    public static async Task<WorkerProcess> StartAsync(string system, SystemSetup setup, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (string.Equals(Path.GetFileNameWithoutExtension(Environment.ProcessPath), "dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.Add(typeof(WorkerProcess).Assembly.Location);
        }

        foreach (var argument in (string[])[CommandName, system, JsonSerializer.Serialize(setup)])
        {
            start.ArgumentList.Add(argument);
        }

        var worker = new WorkerProcess(Process.Start(start)!);
        try
        {
            var line = await worker._process.StandardOutput.ReadLineAsync(cancellationToken);
            return string.Equals(line, Ready, StringComparison.Ordinal)
                ? worker
                : throw new InvalidOperationException($"The worker process of {system} did not start: it printed '{line}'. What went wrong is above.");
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>The hidden command that <see cref="StartAsync"/> runs.</summary>
    public static Command CreateCommand()
    {
        var system = new Argument<string>("system");
        var setup = new Argument<SystemSetup>("setup") { CustomParser = result => JsonSerializer.Deserialize<SystemSetup>(result.Tokens[0].Value) };
        var command = new Command(CommandName, "Serves one system until standard input ends.") { system, setup };
        command.Hidden = true;
        command.SetAction((arguments, cancellationToken) =>
            ServeAsync(arguments.GetRequiredValue(system), arguments.GetRequiredValue(setup), cancellationToken));
        return command;
    }

    /// <summary>Asks it to end, and kills it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
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

    private static async Task<int> ServeAsync(string name, SystemSetup setup, CancellationToken cancellationToken)
    {
        await using var system = SystemCatalog.Create(name);
        await system.StartWorkerAsync(setup, new HandlerWork(setup.Handler), cancellationToken);
        Console.WriteLine(Ready);

        // The pipe also ends when the parent is killed. Reading it blocks, so it must not take one of the pool's few threads.
        await Task.Factory.StartNew(Console.In.ReadToEnd, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)
            .WaitAsync(cancellationToken);
        return 0;
    }
}
