using Messaging;
using Messaging.Hosting;
using Messaging.MassTransit;
using Messaging.MassTransit.Requesters;
using Messaging.MassTransit.Workers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Runs contracts on MassTransit.</summary>
public static class MassTransitMessagingBuilderExtensions
{
    /// <summary>
    /// Runs the requesters and workers of this application on its MassTransit bus (<c>services.AddMassTransit(…)</c>), in
    /// the place of a transport of Messaging's own. Both sides of a contract need it. An operation that MassTransit can't
    /// carry stops the application's start with a message that names it.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options of single services.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public static MessagingBuilder UseMassTransit(this MessagingBuilder builder, Action<MassTransitOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new MassTransitOptions();
        configure?.Invoke(options);
        if (builder.Services.Any(static service => service.ServiceType == typeof(IWorkerEngine) || service.ServiceType == typeof(IRequesterEngine)))
        {
            throw new InvalidOperationException("UseMassTransit(…) was called twice for one application. Remove one of the calls, and set all options in the other.");
        }

        builder.Services.AddSingleton<IRequesterEngine>(new MassTransitRequesterEngine(options.RequesterOf, Counterpart.Messaging));
        builder.Services.AddSingleton<IWorkerEngine>(new MassTransitWorkerEngine(options.WorkerOf, Counterpart.Messaging));
        return builder;
    }
}
