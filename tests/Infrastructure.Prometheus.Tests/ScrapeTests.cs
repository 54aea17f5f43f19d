using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Messaging.Testing.Prometheus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Messaging.Prometheus.Tests;

public sealed class ScrapeTests : IAsyncDisposable
{
    private readonly Meter _meter = new($"scrape-{Guid.NewGuid():N}");
    private readonly Meter _other = new($"other-{Guid.NewGuid():N}");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Prometheus_scrapes_every_kind_of_metric()
    {
        await using var app = await StartAsync(_meter.Name, _other.Name);
        var hostile = new KeyValuePair<string, object?>("rpc.method", "a\\b\"c\nd}");
        _meter.CreateCounter<long>("calls", "{call}", "Calls, \\ and\nmore.").Add(3, hostile);
        _meter.CreateUpDownCounter<double>("in.flight").Add(-1.5);
        _meter.CreateObservableGauge("size", static () => 42L, "By");
        var duration = _meter.CreateHistogram("duration", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] }, description: "Time.", tags: null);
        duration.Record(0.05, hostile);
        duration.Record(5, hostile);
        _other.CreateCounter<long>("calls").Add(4);
        _other.CreateHistogram<double>("in.flight").Record(1);

        await using var prometheus = await PrivatePrometheus.StartNewAsync([Address(app).Authority], rules: null, Ct);
        await prometheus.WaitForAsync("up", static values => values is [1], Ct);

        Assert.Equal([7], await prometheus.QueryAsync("sum(calls_total)", Ct));
        Assert.Equal([3], await prometheus.QueryAsync("""calls_total{rpc_method="a\\b\"c\nd}"}""", Ct));
        Assert.Equal([-1.5], await prometheus.QueryAsync("in_flight", Ct));
        Assert.Equal([42], await prometheus.QueryAsync("size_bytes", Ct));
        Assert.Equal([1, 1, 2], await prometheus.QueryAsync("sort(duration_seconds_bucket)", Ct));
        Assert.Equal([5.05], await prometheus.QueryAsync("duration_seconds_sum", Ct));
        Assert.Equal([2], await prometheus.QueryAsync("duration_seconds_count", Ct));
        Assert.Equal([1], await prometheus.QueryAsync("""target_info{service_name="shop"}""", Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_text_is_what_promtool_reads()
    {
        await using var app = await StartAsync(_meter.Name);
        _meter.CreateCounter<long>("calls", "{call}", "Calls.").Add(3);
        _meter.CreateHistogram<double>("duration", "s", "Time.").Record(1);
        using var client = new HttpClient { BaseAddress = Address(app) };

        using var response = await client.GetAsync("metrics", Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        using var promtool = Process.Start(new ProcessStartInfo("/usr/bin/promtool", ["check", "metrics"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        var said = await promtool.StandardError.ReadToEndAsync(Ct) + await promtool.StandardOutput.ReadToEndAsync(Ct);
        await promtool.WaitForExitAsync(Ct);
        Assert.True(promtool.ExitCode == 0, said + text);
    }

    [Fact(Timeout = 60_000)]
    public async Task Metrics_of_before_the_first_scrape_are_there()
    {
        await using var app = await StartAsync(_meter.Name);
        _meter.CreateCounter<long>("early").Add(1);
        using var client = new HttpClient { BaseAddress = Address(app) };

        Assert.Contains("early_total{", await client.GetStringAsync("metrics", Ct), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.PostAsync("metrics", content: null, Ct)).StatusCode);
    }

    [Fact]
    public async Task Mapping_without_collecting_says_what_to_call()
    {
        var builder = WebApplication.CreateSlimBuilder();
        await using var app = builder.Build();

        var exception = Assert.Throws<InvalidOperationException>(() => app.MapPrometheusMetrics());

        Assert.Contains("AddPrometheusMetrics", exception.Message, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        _meter.Dispose();
        _other.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task<WebApplication> StartAsync(params string[] meters)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddPrometheusMetrics(metrics => metrics.AddMeter(meters).ConfigureResource(static resource => resource.AddService("shop")));
        var app = builder.Build();
        app.MapPrometheusMetrics();
        await app.StartAsync(Ct);
        return app;
    }

    private static Uri Address(WebApplication app) => new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
}
