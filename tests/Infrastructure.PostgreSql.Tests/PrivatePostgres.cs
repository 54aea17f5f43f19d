using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Messaging.PostgreSql.Tests;

/// <summary>
/// A PostgreSQL of the tests' own: on a free port of the loopback interface, with its data in a temporary folder. It
/// refuses to run as root, so it runs as the user nobody where the tests do. A shell holds it: when this process ends in
/// whatever way, the shell's input ends, and it removes the server and the folder.
/// </summary>
public sealed class PrivatePostgres : IAsyncLifetime
{
    private const string Script = """
        folder=$1 bin=$2 port=$3
        trap '' INT TERM HUP
        if [ "$(id -u)" = 0 ]; then
          run() { setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }
          chown nobody:nogroup "$folder"
        else
          run() { "$@"; }
        fi
        cd "$folder"
        run "$bin/initdb" -D "$folder/data" -U messaging -A trust -E UTF8 --locale=C.UTF-8 --no-sync </dev/null >"$folder/log" 2>&1
        run "$bin/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/server.log" \
          -o "-p $port -h 127.0.0.1 -k $folder -c fsync=off -c max_connections=200" start </dev/null >>"$folder/log" 2>&1 \
          && echo ready || { cat "$folder/log" "$folder/server.log" 2>/dev/null | tr '\n' ' '; echo; }
        while read -r order; do :; done
        run "$bin/pg_ctl" -D "$folder/data" -m immediate stop </dev/null >/dev/null 2>&1
        rm -rf "$folder"
        """;

    private Process? _shell;

    public string ConnectionString { get; private set; } = string.Empty;

    public async ValueTask InitializeAsync()
    {
        var bin = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(static version => Path.Combine(version, "bin")).LastOrDefault(static bin => File.Exists(Path.Combine(bin, "initdb")))
            : null;
        if (bin is null)
        {
            throw new InvalidOperationException("No PostgreSQL for the tests: no /usr/lib/postgresql/*/bin/initdb. Install the package postgresql; it need not be started.");
        }

        var folder = Directory.CreateTempSubdirectory("messaging-pg-").FullName;
        var port = FreePort().ToString(CultureInfo.InvariantCulture);
        _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script, "postgres", folder, bin, port])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        })!;
        var answer = await _shell.StandardOutput.ReadLineAsync();
        if (answer is not "ready")
        {
            throw new InvalidOperationException($"The private PostgreSQL on port {port} did not start: {answer}");
        }

        ConnectionString = $"Host=127.0.0.1;Port={port};Username=messaging;Database=postgres";
    }

    public async ValueTask DisposeAsync()
    {
        if (_shell is not null)
        {
            _shell.StandardInput.Close();
            await _shell.WaitForExitAsync(CancellationToken.None);
            _shell.Dispose();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
