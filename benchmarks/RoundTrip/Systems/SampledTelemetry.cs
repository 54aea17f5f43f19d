using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Messaging.RoundTrip.Systems;

/// <summary>
/// OpenTelemetry's SDK as an application in production sets it up: one trace of a hundred is recorded, all metrics are
/// collected. What would go to a collector is dropped. One for the process, as its listeners are.
/// </summary>
internal sealed class SampledTelemetry : IDisposable
{
    private const double Share = 0.01;
    private const int MetricsIntervalMs = 1000;

    private static readonly Lock _lock = new();
    private static SampledTelemetry? _one;

    private readonly TracerProvider _traces = Sdk.CreateTracerProviderBuilder()
        .AddMessagingInstrumentation()
        .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(Share)))
        .AddProcessor(new BatchActivityExportProcessor(new Dropped<Activity>()))
        .Build();

    private readonly MeterProvider _metrics = Sdk.CreateMeterProviderBuilder()
        .AddMessagingInstrumentation()
        .AddReader(new PeriodicExportingMetricReader(new Dropped<Metric>(), MetricsIntervalMs))
        .Build();

    private int _users;

    private SampledTelemetry()
    {
    }

    public static SampledTelemetry Start()
    {
        lock (_lock)
        {
            _one ??= new SampledTelemetry();
            _one._users++;
            return _one;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (--_users == 0)
            {
                _one = null;
                _traces.Dispose();
                _metrics.Dispose();
            }
        }
    }

    private sealed class Dropped<T> : BaseExporter<T>
        where T : class
    {
        public override ExportResult Export(in Batch<T> batch) => ExportResult.Success;
    }
}
