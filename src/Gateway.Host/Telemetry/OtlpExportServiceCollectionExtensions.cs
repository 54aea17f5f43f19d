namespace Messaging.Telemetry;

/// <summary>Adds the export of telemetry.</summary>
internal static class OtlpExportServiceCollectionExtensions
{
    /// <summary>Sends traces and metrics where the environment says to.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="service">The program's name where the environment has none.</param>
    public static IServiceCollection AddOtlpExport(this IServiceCollection services, string service) =>
        services.AddHostedService(_ => new OtlpExport(service));
}
