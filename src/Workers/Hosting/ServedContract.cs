using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Hosting;

/// <summary>A contract that workers of this application serve.</summary>
/// <param name="Service">The service's wire name.</param>
/// <param name="Contract">The interface.</param>
/// <param name="Implementation">The class that implements it.</param>
internal sealed record ServedContract(string Service, Type Contract, Type Implementation)
{
    /// <summary>Enters a contract. One and the same may be served by several workers.</summary>
    /// <exception cref="InvalidOperationException">Another contract is served under its name.</exception>
    public static void Enter(IServiceCollection services, ServedContract contract)
    {
        foreach (var service in services)
        {
            if (!service.IsKeyedService && service.ImplementationInstance is ServedContract other)
            {
                contract.ThrowIfClashes(other);
            }
        }

        services.AddSingleton(contract);
    }

    /// <exception cref="InvalidOperationException">They are two contracts of one name.</exception>
    public void ThrowIfClashes(ServedContract earlier)
    {
        if (earlier.Contract == Contract || !string.Equals(earlier.Service, Service, StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        var both = $"{earlier.Contract} by {earlier.Implementation}, then {Contract} by {Implementation}";
        throw new InvalidOperationException(string.Equals(earlier.Service, Service, StringComparison.Ordinal)
            ? $"Two contracts are served under the one name '{Service}': {both}. Their workers would compete for one queue, and every second call would reach one that does not know its method. Put the operations into one contract, or give one of the two another name in its [Service(…)]."
            : $"Two contracts are served under the names '{earlier.Service}' and '{Service}', which differ only in upper and lower case: {both}. They would share their configuration, and people would mistake one for the other. Put the operations into one contract, or give one of the two another name in its [Service(…)].");
    }
}
