using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace OpenTelemetry;

/// <summary>Has OpenTelemetry collect what Messaging tells of itself: the source and the meter are both named <c>Messaging</c>.</summary>
public static class MessagingInstrumentationExtensions
{
    private const string Name = "Messaging";

    /// <summary>Collects the spans of calls, commands, streams and handlers.</summary>
    /// <param name="builder">The builder of the traces.</param>
    /// <returns>The builder.</returns>
    public static TracerProviderBuilder AddMessagingInstrumentation(this TracerProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddSource(Name);
    }

    /// <summary>Collects the metrics of requesters, workers and their links.</summary>
    /// <param name="builder">The builder of the metrics.</param>
    /// <returns>The builder.</returns>
    public static MeterProviderBuilder AddMessagingInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(Name);
    }
}
