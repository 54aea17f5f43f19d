using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.MassTransit.Hosting;

/// <summary>Finds the application's bus.</summary>
internal static class BusOf
{
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static IBus Find(IServiceProvider provider, string service) =>
        provider.GetService<IBus>() ?? throw new InvalidOperationException(
            $"'{service}' is to run over MassTransit, and the application has no bus. Add one: services.AddMassTransit(x => x.UsingRabbitMq((context, bus) => bus.Host(…))).");
}
