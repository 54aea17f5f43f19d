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
          as_root() { "$@"; }
          chown nobody:nogroup "$folder"
        else
          run() { "$@"; }
          as_root() { sudo -n "$@"; }
        fi
        cd "$folder"
        start() {
          run "$bin/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/server.log" \
            -o "-p $port -h 127.0.0.1 -k $folder -c fsync=off -c max_connections=200" start </dev/null >>"$folder/log" 2>&1
        }
        stop() { run "$bin/pg_ctl" -D "$folder/data" -m immediate stop </dev/null >/dev/null 2>&1; }
        # The server, which starts others no more then, and its processes, of which some may end in this moment.
        signal() {
          server=$(head -n 1 "$folder/data/postmaster.pid")
          run kill "-$1" $server
          run kill "-$1" $(ps -o pid= --ppid $server) || true
        }
        small() { as_root mount -t tmpfs -o "size=$1,mode=0777" tmpfs "$folder/small" && run mkdir -m 700 "$folder/small/space"; }
        run mkdir -p "$folder/small"
        run "$bin/initdb" -D "$folder/data" -U messaging -A trust -E UTF8 --locale=C.UTF-8 --no-sync </dev/null >"$folder/log" 2>&1
        # Its owner needs no password, others do.
        printf 'host all messaging 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n' | run tee "$folder/data/pg_hba.conf" >/dev/null
        start && echo ready || { cat "$folder/log" "$folder/server.log" 2>/dev/null | tr '\n' ' '; echo; }
        while read -r order argument; do
          case "$order" in
            start) start;;
            stop) stop;;
            freeze) signal STOP;;
            thaw) signal CONT;;
            small) small "$argument";;
            fill) run dd if=/dev/zero of="$folder/small/filler" bs=4k >/dev/null 2>&1; true;;
            free) run rm -f "$folder/small/filler";;
          esac >>"$folder/log" 2>&1 && echo done || { tail -n 5 "$folder/log" | tr '\n' ' '; echo; }
        done
        signal CONT 2>/dev/null
        stop
        if mountpoint -q "$folder/small"; then as_root umount -l "$folder/small"; fi
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

        SmallSpace = Path.Combine(folder, "small", "space");
        ConnectionString = $"Host=127.0.0.1;Port={port};Username=messaging;Database=postgres";
    }

    /// <summary>Where the tablespace <c>small</c> can be made, once it has been ordered.</summary>
    public string SmallSpace { get; private set; } = string.Empty;

    /// <summary>Has the server stopped, started, frozen and so on: see the script.</summary>
    public async Task OrderAsync(string order)
    {
        await _shell!.StandardInput.WriteLineAsync(order);
        await _shell.StandardInput.FlushAsync();
        var answer = await _shell.StandardOutput.ReadLineAsync();
        Assert.True(answer is "done", $"'{order}' failed at the private PostgreSQL: {answer}");
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
