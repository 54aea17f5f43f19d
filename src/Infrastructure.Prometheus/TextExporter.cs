using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Messaging.Prometheus;

/// <summary>Writes metrics in Prometheus's text format, when it is asked for them.</summary>
/// <remarks>https://prometheus.io/docs/instrumenting/exposition_formats/ and https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/</remarks>
[ExportModes(ExportModes.Pull)]
internal sealed class TextExporter : BaseExporter<Metric>, IPullMetricExporter
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string Infinity = "+Inf";

    /// <summary>Has the metrics collected and exported; set by the reader.</summary>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>What was collected last.</summary>
    public string Text { get; private set; } = "";

    public override ExportResult Export(in Batch<Metric> batch)
    {
        // Metrics of one name stand together, under one heading, whatever meters they are of.
        var families = new SortedDictionary<string, StringBuilder>(StringComparer.Ordinal);
        var kinds = new Dictionary<string, string>(StringComparer.Ordinal);
        WriteTarget(families);
        foreach (var metric in batch)
        {
            var kind = KindOf(metric.MetricType);
            var name = PrometheusNames.OfMetric(metric.Name, metric.Unit, kind);
            if (!families.TryGetValue(name, out var text))
            {
                families[name] = text = Head(name, kind, metric.Description);
                kinds[name] = kind;
            }
            else if (!kinds.TryGetValue(name, out var other) || !string.Equals(other, kind, StringComparison.Ordinal))
            {
                // Two kinds under one name would have Prometheus refuse everything.
                continue;
            }

            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                Write(text, name, metric, in point);
            }
        }

        var whole = new StringBuilder();
        foreach (var family in families.Values)
        {
            whole.Append(family);
        }

        Text = whole.ToString();
        return ExportResult.Success;
    }

    private static string KindOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.Histogram => "histogram",

        // Its buckets have no place in the text format, but its count and sum do.
        MetricType.ExponentialHistogram => "summary",
        _ => "gauge",
    };

    private static StringBuilder Head(string name, string kind, string? description)
    {
        var text = new StringBuilder();
        if (!string.IsNullOrEmpty(description))
        {
            text.Append("# HELP ").Append(name).Append(' ').Append(description.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal)).Append('\n');
        }

        return text.Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
    }

    private void WriteTarget(SortedDictionary<string, StringBuilder> families)
    {
        var labels = new LabelSet();
        foreach (var (name, value) in ParentProvider.GetResource().Attributes)
        {
            labels.Add(name, value);
        }

        if (labels.Text.Length > 0)
        {
            const string Target = "target_info";
            families[Target] = Head(Target, "gauge", "The application that tells these metrics.").Append(Target).Append('{').Append(labels.Text).Append("} 1\n");
        }
    }

    private static void Write(StringBuilder text, string name, Metric metric, in MetricPoint point)
    {
        var labels = new LabelSet();
        labels.Add("otel.scope.name", metric.MeterName);
        foreach (var (tag, value) in point.Tags)
        {
            labels.Add(tag, value);
        }

        switch (metric.MetricType)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                Line(text, name, labels.Text, point.GetSumLong());
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                Line(text, name, labels.Text, point.GetSumDouble());
                break;
            case MetricType.LongGauge:
                Line(text, name, labels.Text, point.GetGaugeLastValueLong());
                break;
            case MetricType.DoubleGauge:
                Line(text, name, labels.Text, point.GetGaugeLastValueDouble());
                break;
            case MetricType.Histogram:
                WriteBuckets(text, name, labels.Text, in point);
                goto case MetricType.ExponentialHistogram;
            case MetricType.ExponentialHistogram:
                Line(text, name + "_sum", labels.Text, point.GetHistogramSum());
                Line(text, name + "_count", labels.Text, point.GetHistogramCount());
                break;
            default:
                throw new InvalidOperationException($"The metric '{metric.Name}' is a {metric.MetricType}, for which Prometheus's text format has no place.");
        }
    }

    private static void WriteBuckets(StringBuilder text, string name, string labels, in MetricPoint point)
    {
        long count = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            Line(text, name + "_bucket", $"{labels},le=\"{Number(bucket.ExplicitBound)}\"", count);
        }
    }

    private static void Line(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append('{').Append(labels).Append("} ").Append(Number(value)).Append('\n');

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? Infinity : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);
}
