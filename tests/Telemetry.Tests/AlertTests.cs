using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Messaging.Testing;
using Messaging.Testing.Prometheus;

namespace Messaging.Telemetry.Tests;

/// <summary>Lets a Prometheus scrape a running system, and evaluates on it what is shipped.</summary>
public sealed partial class AlertTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task The_shipped_alerts_and_plots_evaluate_on_a_running_system()
    {
        await using var broker = await PrivateBroker.StartNewAsync(Ct);
        await using var system = await RunningSystem.StartAsync(broker, Ct);
        await using var prometheus = await PrivatePrometheus.StartNewAsync([system.Uri.Authority], Metadata("Alerts"), Ct);

        // Many at once, so that they share messages.
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => system.Front.AskAsync(new Question("hello"), Ct)));
        await Assert.ThrowsAsync<RpcException>(() => system.Front.AskAsync(new Question("fail"), Ct));
        await prometheus.WaitForAsync("messaging_worker_dead_letters_total", static values => values is [1], Ct);

        await system.OverloadAsync(Ct);

        // Connections come back after a loss, which is counted.
        await broker.SyncAsync();
        await broker.RestartAsync(Ct);
        await prometheus.WaitForAsync("sum(messaging_link_losses_total)", static values => values is [>= 3], Ct);
        await prometheus.WaitForAsync("sum(messaging_link_wanted) - sum(messaging_link_open)", static values => values is [0], Ct);

        var rules = await prometheus.ReadRulesAsync(Ct);
        Assert.True(rules.Count >= 9);
        var expressions = rules.Select(static rule => (string)rule["query"]!).Concat(Plots()).ToList();
        Assert.True(expressions.Count > rules.Count);
        foreach (var expression in expressions)
        {
            // Refused, it throws.
            await prometheus.QueryAsync(expression, Ct);
            foreach (var metric in MetricName().Matches(expression).Select(static match => match.Value).Distinct(StringComparer.Ordinal))
            {
                Assert.True((await prometheus.QueryAsync($"count({metric})", Ct)).Count == 1, $"There is no {metric}, of which {expression} speaks.");
            }
        }

        Assert.All(await prometheus.ReadRulesAsync(Ct), static rule => Assert.True((string?)rule["lastError"] is null or "", rule.ToJsonString()));
        Assert.Equal([1], await prometheus.QueryAsync("""count(ALERTS{alertname="MessagingDeadLetters", alertstate="firing"})""", Ct));
    }

    private static IEnumerable<string> Plots() =>
        from file in Directory.EnumerateFiles(Metadata("Dashboards"), "*.json")
        from panel in JsonNode.Parse(File.ReadAllText(file))!["panels"]!.AsArray()
        from target in panel!["targets"]?.AsArray() ?? []
        let expression = (string)target!["expr"]!
        select expression.Replace("$service", ".*", StringComparison.Ordinal).Replace("$__rate_interval", "1m", StringComparison.Ordinal);

    private static string Metadata(string key) => typeof(AlertTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => string.Equals(metadata.Key, key, StringComparison.Ordinal)).Value!;

    [GeneratedRegex(@"\bmessaging_[a-z_]+?(_total|_bucket|_count|_sum|_open|_wanted|_blocked|_limit|_calls|_commands|_active|_concurrency)\b(?=[{\[\)\s]|$)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MetricName();
}
