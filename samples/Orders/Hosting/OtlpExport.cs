using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Orders.Hosting;

/// <summary>
/// Sends traces and metrics to where OpenTelemetry's environment variables say, and nothing where they say nothing:
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, or <c>OTEL_EXPORTER_OTLP_TRACES_ENDPOINT</c> and <c>…_METRICS_ENDPOINT</c>.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    public OtlpExport()
    {
        if (Find("TRACES", out var traces))
        {
            _traces = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(Name)
                .AddMessagingInstrumentation()
                .AddSource("Microsoft.AspNetCore")
                .AddOtlpExporter(options => Address(options, traces))
                .Build();
        }

        if (Find("METRICS", out var metrics))
        {
            _metrics = Sdk.CreateMeterProviderBuilder()
                .ConfigureResource(Name)
                .AddMessagingInstrumentation()
                .AddOtlpExporter(options => Address(options, metrics))
                .Build();
        }
    }

    /// <summary>Sends what is left, for a few seconds at most.</summary>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    // The exporter knows the address for all by itself, and not those for one.
    private static bool Find(string signal, out Uri? own)
    {
        var name = $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT";
        own = Variable(name) is { } text
            ? Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : throw new SettingsException($"{name} is '{text}': set it to an address such as http://localhost:4318/v1/traces.")
            : null;
        return own is not null || Variable("OTEL_EXPORTER_OTLP_ENDPOINT") is not null;
    }

    // Setting it at all, even to what it was, keeps the exporter from adding the signal's path.
    private static void Address(OtlpExporterOptions options, Uri? own)
    {
        if (own is not null)
        {
            options.Endpoint = own;
        }
    }

    private static void Name(ResourceBuilder resource)
    {
        if (Variable("OTEL_SERVICE_NAME") is null)
        {
            resource.AddService("orders");
        }
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
