using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Threading.Channels;
using Messaging.Testing.Node;

namespace Messaging.Sidecar.Tests;

/// <summary>The gRPC server in <c>node/server.js</c>, a process of its own. Killed when it is disposed of.</summary>
internal sealed class NodeServer : IAsyncDisposable
{
    private const string Listening = "listening ";

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    private NodeServer(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Port { get; private set; }

    public static async Task<NodeServer> StartAsync(int port, bool reflection, CancellationToken cancellationToken)
    {
        var folder = Metadata("Node");
        await NodePackage.InstallAsync(folder, cancellationToken);
        var server = new NodeServer(NodePackage.Start(
            "node", folder, ["server.js", port.ToString(CultureInfo.InvariantCulture), .. reflection ? Array.Empty<string>() : ["--no-reflection"]]));
        var line = await server.LineWithAsync(Listening, cancellationToken);
        server.Port = int.Parse(line.AsSpan(Listening.Length), CultureInfo.InvariantCulture);
        return server;
    }

    public static string Metadata(string key) =>
        typeof(NodeServer).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => string.Equals(metadata.Key, key, StringComparison.Ordinal)).Value!;

    /// <summary>The next line that holds a text.</summary>
    public async Task<string> LineWithAsync(string text, CancellationToken cancellationToken)
    {
        var seen = new List<string>();
        await foreach (var line in _lines.Reader.ReadAllAsync(cancellationToken))
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }

            seen.Add(line);
        }

        throw new InvalidOperationException($"The server ended without '{text}'. It said:\n{string.Join('\n', seen)}");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            _lines.Writer.TryComplete();
        }
        else
        {
            _lines.Writer.TryWrite(line);
        }
    }
}
