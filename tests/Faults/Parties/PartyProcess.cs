using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;

namespace Messaging.Faults.Parties;

/// <summary>A worker or a requester in a process of its own, which can be killed, ended politely, frozen and thawed.</summary>
public sealed class PartyProcess : IAsyncDisposable
{
    private static readonly TimeSpan _startLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    private PartyProcess(string role, string name, string folder, IEnumerable<KeyValuePair<string, string>> settings)
    {
        Name = name;
        _log = new StreamWriter(Path.Combine(folder, name + ".log")) { AutoFlush = true };
        var start = new ProcessStartInfo("dotnet", [typeof(PartyProcess).Assembly.Location, role, $"--Party:Name={name}", $"--Party:Folder={folder}"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in settings)
        {
            start.ArgumentList.Add($"--{key}={value}");
        }

        // Several of them share few processors with a broker: faster code later is no use to processes that die young.
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                _lines.Writer.TryWrite(text);
            }
            else
            {
                _lines.Writer.TryComplete();
            }
        };
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { } text)
            {
                lock (_log)
                {
                    _log.WriteLine(text);
                }
            }
        };
    }

    /// <summary>Its name in the run.</summary>
    public string Name { get; }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>How much memory it has resident now; null when it has ended.</summary>
    public long? ResidentBytes
    {
        get
        {
            try
            {
                _process.Refresh();
                return _process.WorkingSet64;
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        }
    }

    /// <summary>Starts a worker; complete when it serves, or tries to.</summary>
    public static Task<PartyProcess> StartWorkerAsync(string name, string folder, IEnumerable<KeyValuePair<string, string>> settings) =>
        StartAsync(Party.Worker, name, folder, settings);

    /// <summary>Starts a requester, which begins at once.</summary>
    public static Task<PartyProcess> StartRequesterAsync(string name, string folder, IEnumerable<KeyValuePair<string, string>> settings) =>
        StartAsync(Party.Requester, name, folder, settings);

    /// <summary>The next line that it prints.</summary>
    public async Task<string> ReadLineAsync(CancellationToken cancellationToken) => await _lines.Reader.ReadAsync(cancellationToken);

    /// <summary>Has a requester send no more commands, and waits until it has the outcome of each that it has sent. Calls go on.</summary>
    public async Task HoldCommandsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SayAsync(LoadGate.Hold, cancellationToken);
            while (!string.Equals(await ReadLineAsync(cancellationToken), LoadGate.Held, StringComparison.Ordinal))
            {
                // It may have more to say.
            }
        }
        catch (ChannelClosedException)
        {
            // It has ended, which the run notes.
        }
    }

    /// <summary>Has a requester send commands again.</summary>
    public Task ReleaseCommandsAsync(CancellationToken cancellationToken) => SayAsync(LoadGate.Release, cancellationToken);

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end (SIGTERM) and waits.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        await WhenExitedAsync();
        return _process.ExitCode;
    }

    /// <summary>Waits for its end.</summary>
    public Task WhenExitedAsync() => _process.WaitForExitAsync();

    /// <summary>Freezes it (SIGSTOP): its connections stay open and it does nothing.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>Lets it go on (SIGCONT).</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        lock (_log)
        {
            _log.Dispose();
        }
    }

    internal static async Task<PartyProcess> StartAsync(string role, string name, string folder, IEnumerable<KeyValuePair<string, string>> settings)
    {
        var party = new PartyProcess(role, name, folder, settings);
        party._process.Start();
        party._process.BeginOutputReadLine();
        party._process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(_startLimit);
        try
        {
            // A worker that meets a backlog says what it does before it says that it is ready.
            var before = new List<string>();
            for (var line = await party.ReadLineAsync(limit.Token); !string.Equals(line, Party.Ready, StringComparison.Ordinal); line = await party.ReadLineAsync(limit.Token))
            {
                before.Add(line);
            }

            before.ForEach(line => party._lines.Writer.TryWrite(line));
            return party;
        }
        catch (Exception e) when (e is ChannelClosedException or OperationCanceledException)
        {
            await party.DisposeAsync();
            throw new InvalidOperationException($"{name} did not start. It said: {await File.ReadAllTextAsync(Path.Combine(folder, name + ".log"), CancellationToken.None)}", e);
        }
    }

    internal async Task SayAsync(string line, CancellationToken cancellationToken)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
            await _process.StandardInput.FlushAsync(cancellationToken);
        }
        catch (IOException) when (HasExited)
        {
            // The run notes that.
        }
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
