using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Messaging.Testing.Brokers;

namespace Messaging.Testing.Prometheus;

/// <summary>
/// A Prometheus of one's own: on a free port of the loopback interface, with its data in a temporary folder, gone when
/// this is disposed or this process ends. It runs the installed prometheus.
/// </summary>
public sealed class PrivatePrometheus : IAsyncDisposable
{
    private const string Program = "/usr/bin/prometheus";

    // It ends with its standard input, which ends with this process.
    private const string Script = """prometheus="$1"; shift; "$prometheus" "$@" & read -r _; kill "$!"; wait "$!" """;

    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _startLimit = TimeSpan.FromMinutes(1);

    private readonly string _folder;
    private readonly Process _shell;
    private readonly Task<string> _log;
    private readonly HttpClient _client;

    private PrivatePrometheus(string folder, Process shell, Uri uri)
    {
        _folder = folder;
        _shell = shell;
        _log = shell.StandardError.ReadToEndAsync();
        _client = new HttpClient { BaseAddress = uri };
    }

    /// <summary>Starts one that scrapes every second, and waits until it is ready.</summary>
    /// <param name="targets">Hosts and ports to scrape at <c>/metrics</c>.</param>
    /// <param name="rules">A file of rules; null for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A Prometheus that answers.</returns>
    /// <exception cref="InvalidOperationException">It is not installed, or did not start; the message carries its log.</exception>
    public static async Task<PrivatePrometheus> StartNewAsync(IEnumerable<string> targets, string? rules, CancellationToken cancellationToken)
    {
        if (!File.Exists(Program))
        {
            throw new InvalidOperationException($"No Prometheus for the tests: {Program} does not exist. Install the package prometheus.");
        }

        var folder = Directory.CreateTempSubdirectory("messaging-prometheus-").FullName;
        var port = FreePorts.Take().ToString(CultureInfo.InvariantCulture);
        var configuration = Path.Combine(folder, "prometheus.yml");
        await File.WriteAllTextAsync(
            configuration,
            $$"""
              global: { scrape_interval: 1s, evaluation_interval: 1s }
              rule_files: [{{(rules is null ? "" : $"'{rules}'")}}]
              scrape_configs:
                - job_name: messaging
                  static_configs: [{ targets: [{{string.Join(", ", targets.Select(static target => $"'{target}'"))}}] }]
              """,
            cancellationToken);
        var start = new ProcessStartInfo(
            "/bin/sh",
            [
                "-c", Script, "prometheus", Program, $"--config.file={configuration}", $"--storage.tsdb.path={Path.Combine(folder, "data")}",
                $"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
            ])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        var prometheus = new PrivatePrometheus(folder, Process.Start(start)!, new Uri($"http://127.0.0.1:{port}"));
        try
        {
            await prometheus.WaitUntilReadyAsync(cancellationToken);
            return prometheus;
        }
        catch
        {
            await prometheus.DisposeAsync();
            throw;
        }
    }

    /// <summary>Evaluates an expression now.</summary>
    /// <param name="expression">In Prometheus's language.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The value of each series.</returns>
    /// <exception cref="InvalidOperationException">The expression is refused.</exception>
    public async Task<IReadOnlyList<double>> QueryAsync(string expression, CancellationToken cancellationToken)
    {
        var answer = await GetAsync($"api/v1/query?query={Uri.EscapeDataString(expression)}", cancellationToken);
        return
        [
            .. answer["data"]!["result"]!.AsArray().Select(static series => double.Parse(
                ((string)series!["value"]![1]!).Replace("Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>Evaluates an expression again and again, until its value is as it should be.</summary>
    /// <param name="expression">In Prometheus's language.</param>
    /// <param name="expected">Tells.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<double>> WaitForAsync(string expression, Func<IReadOnlyList<double>, bool> expected, CancellationToken cancellationToken)
    {
        IReadOnlyList<double> values = [];
        try
        {
            while (true)
            {
                values = await QueryAsync(expression, cancellationToken);
                if (expected(values))
                {
                    return values;
                }

                await Task.Delay(_pollInterval, cancellationToken);
            }
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException($"'{expression}' is still [{string.Join(", ", values)}].", exception);
        }
    }

    /// <summary>The rules as it evaluates them, with their state and last error.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<JsonNode>> ReadRulesAsync(CancellationToken cancellationToken) =>
        [.. (await GetAsync("api/v1/rules", cancellationToken))["data"]!["groups"]!.AsArray().SelectMany(static group => group!["rules"]!.AsArray()).Select(static rule => rule!)];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_startLimit);
        while (true)
        {
            try
            {
                using var response = await _client.GetAsync("-/ready", limit.Token);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (!_log.IsCompleted)
            {
                // It does not listen yet.
            }
            catch (HttpRequestException exception)
            {
                throw new InvalidOperationException($"Prometheus did not start:\n{await _log}", exception);
            }

            await Task.Delay(_pollInterval, limit.Token);
        }
    }

    private async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await _client.GetAsync(path, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException($"Prometheus refuses {path}: {text}");
    }
}
