using Messaging;
using Messaging.Hosting;
using Messaging.Letters;
using Messaging.Trying;
using Messaging.Watching;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the dashboard.</summary>
public static class DashboardMessagingBuilderExtensions
{
    /// <summary>
    /// Adds what <c>app.MapMessagingDashboard()</c> needs, among it a service that looks at the catalogue and the queues for
    /// as long as the application runs, so that the plots have a past when somebody opens the page. Options come from
    /// <c>Messaging:Dashboard</c>, then from <paramref name="configure"/>, and are validated at startup.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code; wins over configuration.</param>
    /// <returns>The builder.</returns>
    public static MessagingBuilder AddDashboard(this MessagingBuilder builder, Action<DashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.AddOperationInvoker().Services;
        var options = services.AddOptions<DashboardOptions>()
            .Configure<IServiceProvider>(static (options, provider) =>
                provider.GetService<IConfiguration>()?.GetSection("Messaging:Dashboard").Bind(options))
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DashboardOptions>, DashboardOptionsValidator>());
        services.TryAddSingleton<BrokerSight>();
        services.TryAddSingleton<HistoryBook>();
        services.TryAddSingleton<KnownServices>();
        services.TryAddSingleton<QueueWatch>();
        services.TryAddSingleton<CatalogueWatch>();
        services.TryAddSingleton<Sampler>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, DashboardService>());
        services.TryAddSingleton<LetterDesk>();
        services.TryAddSingleton<TriedOperations>();
        return builder;
    }
}
