using Messaging;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Messaging to an application.</summary>
public static class MessagingServiceCollectionExtensions
{
    /// <summary>
    /// Adds Messaging: <c>services.AddMessaging().UseRabbitMq()</c>, then <c>.AddWorker&lt;…&gt;()</c> and
    /// <c>.AddRequester&lt;…&gt;()</c>. Without a transport the embedded in-memory broker is used.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The builder for the rest.</returns>
    public static MessagingBuilder AddMessaging(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddLogging();
        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddInMemoryTransport();
        return new MessagingBuilder(services);
    }
}
