namespace Messaging.Faults.Overload;

/// <summary>
/// A file of a party's own in which it keeps what happened when. Calls are counted in memory and written in the end: at
/// tens of thousands a second, a ledger's way would be what is measured.
/// </summary>
internal sealed class Timeline : IAsyncDisposable
{
    private const string Extension = ".timeline";

    private readonly StreamWriter _file;
    private readonly Lock _lock = new();

    public Timeline(string folder, string name) => _file = new StreamWriter(new FileStream(Path.Combine(folder, name + Extension), FileMode.CreateNew));

    public void Write(TimelineLine line)
    {
        lock (_lock)
        {
            _file.Write(line.ToString());
            _file.Write('\n');
        }
    }

    /// <summary>Every line of every timeline in a folder, by the names of those who wrote them.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<TimelineLine>> ReadAll(string folder) =>
        Directory.EnumerateFiles(folder, "*" + Extension).ToDictionary(
            static path => Path.GetFileNameWithoutExtension(path),
            static IReadOnlyList<TimelineLine> (path) => [.. File.ReadLines(path).Select(TimelineLine.Parse)],
            StringComparer.Ordinal);

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
