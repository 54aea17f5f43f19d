using System.Diagnostics;

namespace Messaging.Testing.Brokers;

/// <summary>
/// The shell that holds a broker. It outlives this process by the moment it takes to remove the broker, so that
/// nothing is left behind when a test run is killed.
/// </summary>
internal sealed class Watchdog : IAsyncDisposable
{
    private readonly Process _shell;
    private readonly SemaphoreSlim _oneOrder = new(1, 1);

    public Watchdog(IBrokerHost host)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Script());
        start.ArgumentList.Add("watchdog");
        start.ArgumentList.Add(host.Folder);
        start.ArgumentList.Add(host.StartCommand);
        start.ArgumentList.Add(host.KillCommand);
        start.ArgumentList.Add(host.RemoveCommand);
        start.ArgumentList.Add(host.FreezeCommand);
        start.ArgumentList.Add(host.ThawCommand);
        foreach (var (name, value) in host.Environment)
        {
            start.Environment[name] = value;
        }

        _shell = Process.Start(start) ?? throw new InvalidOperationException("/bin/sh did not start.");
        _shell.StandardInput.AutoFlush = true;
    }

    public Task StartBrokerAsync() => OrderAsync("start");

    public async Task<bool> IsBrokerAliveAsync() => string.Equals(await OrderAsync("alive"), "yes", StringComparison.Ordinal);

    public Task KillBrokerAsync() => OrderAsync("kill");

    public Task FreezeBrokerAsync() => OrderAsync("freeze");

    public Task ThawBrokerAsync() => OrderAsync("thaw");

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
        _oneOrder.Dispose();
    }

    private async Task<string> OrderAsync(string order)
    {
        await _oneOrder.WaitAsync();
        try
        {
            await _shell.StandardInput.WriteLineAsync(order);
            return await _shell.StandardOutput.ReadLineAsync()
                ?? throw new InvalidOperationException($"The shell that holds the private broker ended before it obeyed '{order}'.");
        }
        finally
        {
            _oneOrder.Release();
        }
    }

    private static string Script()
    {
        using var script = typeof(Watchdog).Assembly.GetManifestResourceStream("watchdog.sh")!;
        using var reader = new StreamReader(script);
        return reader.ReadToEnd();
    }
}
