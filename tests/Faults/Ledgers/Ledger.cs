using System.Text;
using System.Threading.Channels;

namespace Messaging.Faults.Ledgers;

/// <summary>
/// A file of a process's own that only grows, a line for each event. A line is on disk before its writer goes on, so what
/// a killed process has done stands in its ledger. Lines that come together are synchronized together.
/// </summary>
public sealed class Ledger : IAsyncDisposable
{
    /// <summary>The ending of a ledger's name.</summary>
    public const string Extension = ".ledger";

    private readonly FileStream _file;
    private readonly Channel<(LedgerLine Line, TaskCompletionSource Written)> _lines =
        Channel.CreateUnbounded<(LedgerLine Line, TaskCompletionSource Written)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Task _writing;

    /// <summary>Creates a ledger.</summary>
    /// <param name="folder">Where the ledgers of a run lie.</param>
    /// <param name="name">The process's name, unique in the run.</param>
    public Ledger(string folder, string name)
    {
        _file = new FileStream(Path.Combine(folder, name + Extension), FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _writing = WriteAsync();
    }

    /// <summary>Writes a line; complete when it is on disk.</summary>
    public async Task WriteAsync(LedgerLine line)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _lines.Writer.WriteAsync((line, written));
        await written.Task;
    }

    /// <summary>Every complete line of every ledger in a folder. A line that a kill has cut off is none.</summary>
    public static IEnumerable<(string Ledger, LedgerLine Line)> ReadAll(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Extension))
        {
            var text = File.ReadAllText(path);
            foreach (var line in text.AsSpan(0, text.LastIndexOf('\n') + 1).ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                yield return LedgerLine.TryParse(line, out var parsed)
                    ? (Path.GetFileNameWithoutExtension(path), parsed)
                    : throw new InvalidDataException($"{path} has a line that is none of a ledger: '{line}'.");
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing;
        await _file.DisposeAsync();
    }

    private async Task WriteAsync()
    {
        var written = new List<TaskCompletionSource>();
        var text = new StringBuilder();
        while (await _lines.Reader.WaitToReadAsync())
        {
            while (_lines.Reader.TryRead(out var next))
            {
                text.Append(next.Line).Append('\n');
                written.Add(next.Written);
            }

            _file.Write(Encoding.UTF8.GetBytes(text.ToString()));
            _file.Flush(flushToDisk: true);
            text.Clear();
            written.ForEach(static one => one.SetResult());
            written.Clear();
        }
    }
}
