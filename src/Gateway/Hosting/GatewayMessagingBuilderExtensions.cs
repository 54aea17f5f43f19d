using Messaging;
using Messaging.Cors;
using Messaging.Forwarding;
using Messaging.Grpc;
using Messaging.Grpc.Health;
using Messaging.Grpc.Reflection;
using Messaging.Hosting;
using Messaging.Http;
using Messaging.OpenApi;
using Messaging.Protection;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the gateway.</summary>
public static class GatewayMessagingBuilderExtensions
{
    /// <summary>
    /// Adds what <c>app.MapMessagingGateway()</c> needs. Options come from <c>Messaging:Gateway</c>, then from
    /// <paramref name="configure"/>; how a service is called from <c>Messaging:Requesters:{service}</c>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code; wins over configuration.</param>
    /// <returns>The builder.</returns>
    public static MessagingBuilder AddGateway(this MessagingBuilder builder, Action<GatewayOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.AddOperationInvoker().Services;
        var options = services.AddOptions<GatewayOptions>()
            .Configure<IServiceProvider>(static (options, provider) =>
                provider.GetService<IConfiguration>()?.GetSection("Messaging:Gateway").Bind(options))
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>());
        if (!services.Any(static service => service.ImplementationType == typeof(ForwardedRequesterOptions)))
        {
            // Before all others: what a requester of this host was given in code wins.
            services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<RequesterOptions>, ForwardedRequesterOptions>());
        }

        services.AddHostedService<GatewayStart>();
        services.TryAddSingleton<BrokerPresence>();
        services.TryAddSingleton<Admission>();
        services.TryAddSingleton<ServiceDirectory>();
        services.TryAddSingleton<OpenApiDoor>();
        services.TryAddSingleton<HttpForwarder>();
        services.TryAddSingleton<HttpDoor>();
        services.TryAddSingleton<GrpcForwarder>();
        services.TryAddSingleton<GrpcDoor>();
        services.TryAddSingleton<ServiceHealth>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IGrpcBuiltIn, HealthService>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IGrpcBuiltIn, ReflectionService>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, OtherMethods.Policy>());
        services.AddCors();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<CorsOptions>, GatewayCors>());
        return builder;
    }
}
