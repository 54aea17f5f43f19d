namespace Messaging.Sqlite;

/// <summary>
/// The file that connections were opened on. Where it is deleted, moved, replaced or unmounted, those that are open go on
/// with the old one and notice nothing: what they commit is lost.
/// </summary>
internal sealed class SqliteFile
{
    private volatile Seen? _seen;

    /// <summary>Whether there has been one.</summary>
    public bool IsKnown => _seen is not null;

    public string? Path => _seen?.Path;

    /// <summary>Remembers the file of an open connection.</summary>
    /// <param name="path">Its full path.</param>
    public void Remember(string path)
    {
        if (_seen is null && new FileInfo(path) is { Exists: true } file)
        {
            _seen = new Seen(file.FullName, file.CreationTimeUtc);
        }
    }

    /// <summary>Looks whether it is still there. A replacement is told once, and is the file from then on.</summary>
    public SqliteFileState Look()
    {
        if (_seen is not { } seen)
        {
            return SqliteFileState.Same;
        }

        var file = new FileInfo(seen.Path);
        if (!file.Exists)
        {
            return SqliteFileState.Missing;
        }

        // Where a file system keeps no time of creation, that of the last write stands for it.
        if (file.CreationTimeUtc == seen.Created || file.CreationTimeUtc == file.LastWriteTimeUtc)
        {
            return SqliteFileState.Same;
        }

        _seen = seen with { Created = file.CreationTimeUtc };
        return SqliteFileState.Replaced;
    }

    private sealed record Seen(string Path, DateTime Created);
}

internal enum SqliteFileState
{
    Same,

    Missing,

    Replaced,
}
