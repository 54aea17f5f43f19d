using Messaging;
using Messaging.Discovery;
using Messaging.Forwarding;
using Messaging.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the sidecar.</summary>
public static class SidecarMessagingBuilderExtensions
{
    /// <summary>
    /// Serves the services of a gRPC server from their queues, beside any other workers of them, as a hosted service.
    /// Options come from <c>Messaging:Sidecar</c>, then from <paramref name="configure"/>; those of its workers from
    /// <c>Messaging:Workers:{service}</c>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code; wins over configuration.</param>
    /// <returns>The builder.</returns>
    public static MessagingBuilder AddSidecar(this MessagingBuilder builder, Action<SidecarOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var options = services.AddOptions<SidecarOptions>()
            .Configure<IServiceProvider>(static (options, provider) =>
                provider.GetService<IConfiguration>()?.GetSection("Messaging:Sidecar").Bind(options))
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SidecarOptions>, SidecarOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkerOptions>, WorkerOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<WorkerOptions>, ForwardedWorkerOptions>());
        services.TryAddSingleton<UpstreamServer>();
        services.TryAddSingleton<UpstreamDiscovery>();
        services.AddHostedService<SidecarService>();
        return builder;
    }
}
