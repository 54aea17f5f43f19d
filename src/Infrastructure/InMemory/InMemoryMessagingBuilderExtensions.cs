using Messaging;
using Messaging.InMemory;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses the in-memory broker as the transport.</summary>
public static class InMemoryMessagingBuilderExtensions
{
    /// <summary>
    /// Uses a broker inside the process, one per container. This is what an application gets that chooses no transport.
    /// Resolve <see cref="InMemoryBroker"/> to share it with another container.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MessagingBuilder UseInMemory(this MessagingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(CreateBroker);
        builder.Services.Replace(ServiceDescriptor.Singleton(CreateTransport));
        return builder;
    }

    /// <summary>Uses a given broker, so that several hosts or containers of one process reach each other.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="broker">The broker that they share.</param>
    /// <returns>The builder.</returns>
    public static MessagingBuilder UseInMemory(this MessagingBuilder builder, InMemoryBroker broker)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(broker);
        builder.Services.Replace(ServiceDescriptor.Singleton(broker));
        builder.Services.Replace(ServiceDescriptor.Singleton(CreateTransport));
        return builder;
    }

    /// <summary>The transport of an application that chooses none. Choosing one replaces it.</summary>
    internal static void TryAddInMemoryTransport(this IServiceCollection services)
    {
        services.TryAddSingleton(CreateBroker);
        services.TryAddSingleton(CreateTransport);
    }

    private static InMemoryBroker CreateBroker(IServiceProvider provider) => new(provider.GetRequiredService<TimeProvider>());

    private static ITransport CreateTransport(IServiceProvider provider) =>
        new InMemoryTransport(provider.GetRequiredService<InMemoryBroker>());
}
