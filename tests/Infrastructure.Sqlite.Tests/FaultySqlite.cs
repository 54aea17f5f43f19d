using System.Data.Common;
using System.Diagnostics;
using Messaging.Stores.Contract;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Sqlite.Tests;

/// <summary>A database file whose disk, permissions and place a test can take away.</summary>
internal sealed class FaultySqlite : IFaultyStore
{
    public const string FileName = "test.db";

    private readonly string _root = Directory.CreateTempSubdirectory("messaging-sqlite-").FullName;
    private bool _mounted;

    public FaultySqlite()
    {
        foreach (var folder in new[] { Folder, Aside, Spare })
        {
            Directory.CreateDirectory(folder);
        }
    }

    /// <summary>Begins the fault, and gives what ends it.</summary>
    public Func<Func<Task>> Fault { get; set; } = static () => throw new InvalidOperationException("Set the fault.");

    /// <summary>Where the database is.</summary>
    public string Folder => Path.Combine(_root, "here");

    public string Aside => Path.Combine(_root, "aside");

    public string Spare => Path.Combine(_root, "spare");

    public string ConnectionString => $"Data Source={Path.Combine(Folder, FileName)};Default Timeout=10";

    public static FaultySqlite Create(StoreFault fault)
    {
        var store = new FaultySqlite();
        store.Fault = fault switch
        {
            StoreFault.Full => store.Fill,
            StoreFault.ReadOnly => store.MakeReadOnly,
            StoreFault.Locked => store.Lock,
            _ => store.TakeAway,
        };
        if (fault == StoreFault.Full)
        {
            Run("mount", "-t", "tmpfs", "-o", "size=96m,mode=0777", "tmpfs", store.Folder);
            store._mounted = true;
        }

        return store;
    }

    public void Use(MessagingBuilder messaging) => messaging.UseSqliteStore(options => options.ConnectionString = ConnectionString);

    public async Task<DbConnection> OpenAsync()
    {
        var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    public Task<IAsyncDisposable> BeginAsync() => Task.FromResult<IAsyncDisposable>(new FaultEnd(Fault()));

    public void MoveFiles(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from))
        {
            File.Move(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    /// <summary>The tests' own connections lead to the file that was; the stores have to find out by themselves.</summary>
    public void Forget()
    {
        using var connection = new SqliteConnection(ConnectionString);
        SqliteConnection.ClearPool(connection);
    }

    /// <summary>Makes a new database with the application's table alone: ours are missing.</summary>
    public async Task CopyEffectsAsync(string from, string to)
    {
        await using var connection = new SqliteConnection($"Data Source={to};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE effects (text text NOT NULL); ATTACH @from AS old; INSERT INTO effects SELECT text FROM old.effects";
        command.Parameters.AddWithValue("from", from);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        Forget();
        if (_mounted)
        {
            Run("umount", "-l", Folder);
        }

        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    private Func<Task> Fill()
    {
        var filler = Path.Combine(Folder, "filler");
        using (var file = new FileStream(filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1))
        {
            try
            {
                for (var block = new byte[4096]; ;)
                {
                    file.Write(block);
                }
            }
            catch (IOException)
            {
                // Full.
            }
        }

        return () =>
        {
            File.Delete(filler);
            return Task.CompletedTask;
        };
    }

    /// <summary>As a file that its owner may no longer write: for root, who may write anything, by the attribute that binds root too.</summary>
    private Func<Task> MakeReadOnly()
    {
        // Not SQLite's shared memory: a process that writes to mapped memory of an immutable file is killed for it.
        var files = Directory.GetFiles(Folder).Where(static file => !file.EndsWith("-shm", StringComparison.Ordinal)).Append(Folder).ToArray();
        if (string.Equals(Environment.UserName, "root", StringComparison.Ordinal))
        {
            Run("chattr", ["+i", .. files]);
        }
        else
        {
            Run("chmod", ["a-w", .. files]);
            Forget();
        }

        return () =>
        {
            Run(string.Equals(Environment.UserName, "root", StringComparison.Ordinal) ? "chattr" : "chmod",
                [string.Equals(Environment.UserName, "root", StringComparison.Ordinal) ? "-i" : "u+w", .. files]);
            return Task.CompletedTask;
        };
    }

    private Func<Task> Lock()
    {
        var connection = new SqliteConnection(ConnectionString + ";Pooling=false");
        connection.Open();
        using (var begin = connection.CreateCommand())
        {
            begin.CommandText = "BEGIN IMMEDIATE";
            begin.ExecuteNonQuery();
        }

        return async () => await connection.DisposeAsync();
    }

    private Func<Task> TakeAway()
    {
        Directory.Move(Folder, Path.Combine(Aside, "here"));
        Forget();
        return () =>
        {
            Directory.Move(Path.Combine(Aside, "here"), Folder);
            return Task.CompletedTask;
        };
    }

    /// <summary>Mounting and immutable files are root's: as it, or by sudo where that asks for nothing.</summary>
    private static void Run(string program, params string[] arguments)
    {
        var isOwn = string.Equals(Environment.UserName, "root", StringComparison.Ordinal) || program is "chmod";
        using var process = Process.Start(new ProcessStartInfo(isOwn ? program : "sudo", isOwn ? arguments : ["-n", program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} failed, and the test needs it (as root, or by sudo): {error}");
    }
}
