using Messaging;
using Messaging.Catalogue;
using Messaging.DeadLetters;
using Messaging.Deadlines;
using Messaging.Health;
using Messaging.Hosting;
using Messaging.Links;
using Messaging.Observers;
using Messaging.Queues;
using Messaging.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Messaging to an application.</summary>
public static class MessagingServiceCollectionExtensions
{
    /// <summary>
    /// Adds Messaging: <c>services.AddMessaging().UseRabbitMq()</c>, then <c>.AddWorker&lt;…&gt;()</c> and
    /// <c>.AddRequester&lt;…&gt;()</c>. A transport has to be chosen: without one workers and requesters do not start. Payloads
    /// are JSON.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <returns>The builder for the rest.</returns>
    public static MessagingBuilder AddMessaging(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddLogging();
        services.TryAddSingleton(typeof(GuardedLogger<>), typeof(GuardedLogger<>));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DeadlineWheel>();
        services.TryAddSingleton<Participants>();
        services.TryAddSingleton<PayloadSerializers>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPayloadSerializer, JsonPayloadSerializer>());
        services.AddOptions<ReconnectOptions>()
            .Configure<IServiceProvider>(static (options, provider) =>
                provider.GetService<IConfiguration>()?.GetSection("Messaging:Reconnect").Bind(options))
            .ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ReconnectOptions>, ReconnectOptionsValidator>());
        services.TryAdd(MissingTransport.Descriptor);
        services.TryAddSingleton<DeadLetterQueues>();
        services.TryAddSingleton<IDeadLetters>(static provider => provider.GetRequiredService<DeadLetterQueues>());
        services.TryAddSingleton<IServiceQueues, ServiceQueueStates>();
        services.TryAddSingleton<IServiceCatalogue, ServiceCatalogue>();
        return new MessagingBuilder(services);
    }
}
