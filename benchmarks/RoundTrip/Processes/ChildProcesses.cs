using System.Globalization;

namespace Messaging.RoundTrip.Processes;

/// <summary>
/// The processes of workers and requesters. They are kept from one measurement to the next, so that what was compiled
/// for the first round is warm in the second, as it is where all are in one process.
/// </summary>
internal sealed class ChildProcesses : IAsyncDisposable
{
    private readonly Dictionary<(string Role, int Number), ChildProcess> _processes = [];

    /// <summary>The process of one part; started when it is first asked for, and again when it has ended.</summary>
    /// <param name="role">For example worker.</param>
    /// <param name="number">From 0.</param>
    public ChildProcess Get(string role, int number)
    {
        if (!_processes.TryGetValue((role, number), out var process) || process.Ended.IsCompleted)
        {
            process = ChildProcess.Start(string.Create(CultureInfo.InvariantCulture, $"{role} {number + 1}"));
            _processes[(role, number)] = process;
        }

        return process;
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_processes.Values.Select(process => process.DisposeAsync().AsTask()));
}
