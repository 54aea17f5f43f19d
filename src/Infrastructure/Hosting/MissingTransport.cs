using Messaging.Transport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Hosting;

/// <summary>
/// What an application has that chooses no transport: an error where one is needed, at its start if it has workers or
/// requesters. A broker that nobody asked for would be one for each process, and none would ever hear of another.
/// </summary>
internal static class MissingTransport
{
    private static readonly Func<IServiceProvider, ITransport> _throw = static provider => throw new InvalidOperationException(
        "AddMessaging() was called, and no transport was chosen. Call UseRabbitMq(…) on the messaging builder, or UseInMemory() where all workers and requesters live in this one process." +
        (provider.GetService<IConfiguration>()?["Messaging:RabbitMq:Uri"] is { Length: > 0 }
            ? " The configuration has Messaging:RabbitMq:Uri, which is read only where UseRabbitMq() is called: call it, without arguments if the configuration says all."
            : string.Empty));

    /// <summary>Stands for the transport until one is chosen.</summary>
    public static ServiceDescriptor Descriptor { get; } = ServiceDescriptor.Singleton(_throw);

    public static bool Is(ServiceDescriptor descriptor) => !descriptor.IsKeyedService && ReferenceEquals(descriptor.ImplementationFactory, _throw);
}
