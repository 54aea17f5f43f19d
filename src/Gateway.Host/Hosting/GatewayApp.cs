using Messaging.RabbitMq;
using Messaging.Telemetry;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace Messaging.Hosting;

/// <summary>Builds the program.</summary>
internal static class GatewayApp
{
    /// <exception cref="OptionsValidationException">The broker's options can't work.</exception>
    /// <exception cref="InvalidOperationException">The configuration can't be read.</exception>
    public static WebApplication Build(string[] args)
    {
        // Its own appsettings.json is found wherever it is started.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var options = builder.Configuration.GetSection("Messaging:Host").Get<GatewayHostOptions>() ?? new GatewayHostOptions();
        if (options.FindError(builder.Environment.IsDevelopment(), builder.Configuration.GetValue<bool>("Messaging:Dashboard:AllowAnonymous")) is { } error)
        {
            throw new InvalidOperationException(error);
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            KestrelLimits.Bind(builder.Configuration, kestrel.Limits);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
        var messaging = builder.Services.AddMessaging().UseRabbitMq().AddGateway();
        builder.Services.AddOtlpExport("gateway");
        if (options.Metrics)
        {
            builder.Services.AddPrometheusMetrics(static metrics => metrics.AddMessagingInstrumentation().AddMeter(OtlpExport.HttpMeters));
        }

        var servesDashboard = DashboardHosting.IsServed(options, builder.Environment);
        if (servesDashboard)
        {
            DashboardHosting.Add(builder, messaging, options);
        }

        builder.Services.AddHealthChecks().AddMessagingGateway().AddMessaging();

        var app = builder.Build();

        // Found wrong only when it connects, it would be told with a stack trace.
        _ = app.Services.GetRequiredService<IOptions<RabbitMqOptions>>().Value;
        app.MapHealthChecks("/healthz/live", new HealthCheckOptions { Predicate = static check => check.Tags.Contains(MessagingHealthChecksBuilderExtensions.LiveTag) });
        app.MapHealthChecks("/healthz/ready", new HealthCheckOptions { Predicate = static check => check.Tags.Contains(GatewayHealthChecksBuilderExtensions.ReadyTag) });
        if (options.Metrics)
        {
            app.MapPrometheusMetrics();
        }

        app.MapMessagingGateway();
        if (servesDashboard)
        {
            DashboardHosting.Map(app, options);
        }

        if (options.Explorer ?? app.Environment.IsDevelopment())
        {
            app.MapMessagingExplorer();
            app.MapGet("/", static context =>
            {
                context.Response.Redirect($"{context.Request.PathBase}/explorer");
                return Task.CompletedTask;
            });
        }

        return app;
    }
}
