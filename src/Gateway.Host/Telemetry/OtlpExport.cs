using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Messaging.Telemetry;

/// <summary>
/// Sends traces and metrics by OTLP, where OpenTelemetry's environment variables name a receiver:
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> for both, or one for each. Its other variables hold too.
/// </summary>
/// <remarks>https://opentelemetry.io/docs/specs/otel/protocol/exporter/</remarks>
internal sealed class OtlpExport(string service) : IHostedService, IDisposable
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    /// <summary>What the web server measures.</summary>
    public static string[] HttpMeters { get; } = ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (IsSet(Endpoint) || IsSet(TracesEndpoint))
        {
            _traces = Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(Name)
                .AddMessagingInstrumentation()
                .AddSource("Microsoft.AspNetCore")
                .AddOtlpExporter(static options => Send(options, TracesEndpoint))
                .Build();
        }

        if (IsSet(Endpoint) || IsSet(MetricsEndpoint))
        {
            _metrics = Sdk.CreateMeterProviderBuilder()
                .ConfigureResource(Name)
                .AddMessagingInstrumentation()
                .AddMeter(HttpMeters)
                .AddOtlpExporter(static options => Send(options, MetricsEndpoint))
                .Build();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends what is left, for a few seconds at most.</summary>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));

    // The name from the environment wins, and is found without us.
    private void Name(ResourceBuilder resource)
    {
        if (!IsSet("OTEL_SERVICE_NAME"))
        {
            resource.AddService(service);
        }
    }

    private static void Send(OtlpExporterOptions options, string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } own)
        {
            options.Endpoint = Uri.TryCreate(own, UriKind.Absolute, out var uri)
                ? uri
                : throw new InvalidOperationException($"{variable} is '{own}': set it to an address such as http://localhost:4318/v1/traces.");
        }
    }
}
