using System.ComponentModel;
using System.Reflection;

namespace Messaging;

/// <summary>All that generated code knows of one contract: its operations, its proxy, its dispatcher.</summary>
/// <typeparam name="TService">The contract interface.</typeparam>
[EditorBrowsable(EditorBrowsableState.Advanced)]
public abstract class ServiceContract<TService>
    where TService : class
{
    /// <summary>The service's wire name.</summary>
    public abstract string Name { get; }

    /// <summary>The operations in the order of declaration, inherited ones first.</summary>
    public abstract IReadOnlyList<OperationDescriptor> Operations { get; }

    /// <summary>Makes the client proxy.</summary>
    /// <param name="invoker">The door that the proxy calls.</param>
    /// <param name="options">What all calls of this proxy do differently; null for nothing.</param>
    /// <returns>The proxy; thread-safe.</returns>
    public abstract TService CreateProxy(IOperationInvoker invoker, CallOptions? options);

    /// <summary>Binds every operation to the method that serves it.</summary>
    /// <param name="binder">Takes the bindings.</param>
    public abstract void Bind(IOperationBinder<TService> binder);
}

/// <summary>Finds the generated <see cref="ServiceContract{TService}"/> of an interface.</summary>
public static class ServiceContract
{
    /// <summary>Finds the contract of <typeparamref name="TService"/>. Used at registration, never on a call's path.</summary>
    /// <typeparam name="TService">The contract interface.</typeparam>
    /// <returns>The generated contract.</returns>
    /// <exception cref="InvalidOperationException">The interface has no generated contract.</exception>
    public static ServiceContract<TService> Of<TService>()
        where TService : class
    {
        foreach (var attribute in typeof(TService).Assembly.GetCustomAttributes<GeneratedContractAttribute>())
        {
            if (attribute.ServiceType == typeof(TService))
            {
                return (ServiceContract<TService>)attribute.CreateContract();
            }
        }

        throw new InvalidOperationException(
            $"{typeof(TService)} has no generated contract. Mark the interface with [Service(\"name\")] and build its " +
            $"project ({typeof(TService).Assembly.GetName().Name}) with the Messaging.Contracts package, whose generator writes it.");
    }
}
