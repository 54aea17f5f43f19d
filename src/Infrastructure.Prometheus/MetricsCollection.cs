using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Messaging.Prometheus;

/// <summary>What an application adds to what is collected.</summary>
internal sealed record MetricsSetup(Action<MeterProviderBuilder> Configure);

/// <summary>Collects metrics from its creation on, and tells them to who asks.</summary>
internal sealed class MetricsCollection : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly TextExporter _exporter = new();
    private readonly MeterProvider _provider;

    public MetricsCollection(IEnumerable<MetricsSetup> setups)
    {
        var builder = Sdk.CreateMeterProviderBuilder();
        foreach (var setup in setups)
        {
            setup.Configure(builder);
        }

        _provider = builder.AddReader(new BaseExportingMetricReader(_exporter)).Build();
    }

    /// <summary>The metrics as they are now, in Prometheus's text format; null where they could not be collected.</summary>
    public async Task<string?> CollectAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _exporter.Collect!(Timeout.Infinite) ? _exporter.Text : null;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose()
    {
        _provider.Dispose();
        _one.Dispose();
    }
}

/// <summary>Has the collection begin with the application.</summary>
internal sealed class StartCollecting(MetricsCollection collection) : IHostedService
{
    // Made is begun.
    public MetricsCollection Collection => collection;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
