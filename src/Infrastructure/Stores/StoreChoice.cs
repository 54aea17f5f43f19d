using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Stores;

/// <summary>Which store keeps the outbox and the inbox, by which call.</summary>
/// <param name="Call">The call as it stands in code.</param>
internal sealed record StoreChoice(string Call)
{
    /// <exception cref="InvalidOperationException">Another was chosen before.</exception>
    public static void Take(IServiceCollection services, string call)
    {
        var first = services.Select(static service => service.IsKeyedService ? null : service.ImplementationInstance as StoreChoice)
            .FirstOrDefault(static choice => choice is not null);
        if (first is not null)
        {
            throw new InvalidOperationException(
                $"Two stores are chosen for one application: {first.Call}, then {call}. Its outbox and its inbox are in one database: remove one of the calls. Options go into the one call or into the configuration.");
        }

        services.AddSingleton(new StoreChoice(call));
    }
}
