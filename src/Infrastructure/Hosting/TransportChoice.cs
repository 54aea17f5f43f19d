using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Messaging.Hosting;

/// <summary>Which transport an application chose, by which call: once, and never by default.</summary>
/// <param name="Call">The call as it stands in code, e.g. <c>UseRabbitMq(…)</c>.</param>
internal sealed record TransportChoice(string Call)
{
    /// <summary>Takes a transport.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="call">The call that chose it.</param>
    /// <param name="transport">It.</param>
    /// <exception cref="InvalidOperationException">Another was chosen before.</exception>
    public static void Take(IServiceCollection services, string call, ServiceDescriptor transport)
    {
        var first = services.Select(static service => service.IsKeyedService ? null : service.ImplementationInstance as TransportChoice)
            .FirstOrDefault(static choice => choice is not null)?.Call;
        if (first is null && services.Any(static service => service.ServiceType == typeof(ITransport) && !MissingTransport.Is(service)))
        {
            first = $"a registration of {nameof(ITransport)}";
        }

        if (first is not null)
        {
            throw new InvalidOperationException(
                $"Two transports are chosen for one application: {first}, then {call}. Only one can carry its messages: remove one of the two. " +
                $"Options of one transport go into its one call or into the configuration. To choose another on purpose, as a test's host may, call {nameof(MessagingBuilder.ForgetTransport)}() first.");
        }

        services.AddSingleton(new TransportChoice(call));
        services.Replace(transport);
    }

    /// <summary>Takes the choice back.</summary>
    public static void Forget(IServiceCollection services)
    {
        services.RemoveAll<TransportChoice>();
        services.Replace(MissingTransport.Descriptor);
    }
}
