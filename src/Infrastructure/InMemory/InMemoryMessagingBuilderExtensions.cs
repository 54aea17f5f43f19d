using Messaging;
using Messaging.Hosting;
using Messaging.InMemory;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses the in-memory broker as the transport.</summary>
public static class InMemoryMessagingBuilderExtensions
{
    /// <summary>
    /// Uses a broker inside the process, one per container: no other process reaches it, and it forgets all when it ends.
    /// Resolve <see cref="InMemoryBroker"/> to share it with another container.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">A transport was chosen before.</exception>
    public static MessagingBuilder UseInMemory(this MessagingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        TransportChoice.Take(builder.Services, "UseInMemory()", ServiceDescriptor.Singleton(CreateTransport));
        builder.Services.TryAddSingleton(CreateBroker);
        return builder;
    }

    /// <summary>Uses a given broker, so that several hosts or containers of one process reach each other.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="broker">The broker that they share.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">A transport was chosen before.</exception>
    public static MessagingBuilder UseInMemory(this MessagingBuilder builder, InMemoryBroker broker)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(broker);
        TransportChoice.Take(builder.Services, "UseInMemory(broker)", ServiceDescriptor.Singleton(CreateTransport));
        builder.Services.Replace(ServiceDescriptor.Singleton(broker));
        return builder;
    }

    private static InMemoryBroker CreateBroker(IServiceProvider provider) => new(provider.GetRequiredService<TimeProvider>());

    private static ITransport CreateTransport(IServiceProvider provider) =>
        new InMemoryTransport(provider.GetRequiredService<InMemoryBroker>());
}
