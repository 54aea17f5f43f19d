using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Messaging.Sqlite;

/// <summary>
/// The file that connections are open on. Where it is deleted, moved, replaced or unmounted, they go on with the one that
/// was and notice nothing: what they commit is lost.
/// </summary>
internal sealed partial class SqliteFile
{
    private const string Library = "e_sqlite3";
    private const int HasMovedControl = 20;

    // An application may bring a SQLite of its own; a connection must not be given to another one.
    private static readonly bool _canAsk = string.Equals(raw.GetNativeLibraryName(), Library, StringComparison.Ordinal);

    private volatile string? _path;

    /// <summary>Where it is; null until a connection has been open.</summary>
    public string? Path => _path;

    /// <summary>Whether it was there and is not now.</summary>
    public bool IsMissing => _path is { } path && !File.Exists(path);

    /// <summary>Remembers the file of an open connection.</summary>
    public void Remember(SqliteConnection connection)
    {
        if (_path is null && System.IO.Path.IsPathFullyQualified(connection.DataSource))
        {
            _path = connection.DataSource;
        }
    }

    /// <summary>Whether what an open connection reads and writes is no longer what is found at the file's path. False where that can't be told.</summary>
    public static bool HasMoved(SqliteConnection connection) =>
        _canAsk && connection.Handle is { IsInvalid: false } handle
            && Control(handle.DangerousGetHandle(), database: 0, HasMovedControl, out var moved) == 0 && moved != 0;

    // https://www.sqlite.org/c3ref/file_control.html; null is the main database.
    [LibraryImport(Library, EntryPoint = "sqlite3_file_control")]
    private static partial int Control(nint connection, nint database, int operation, out int result);
}
