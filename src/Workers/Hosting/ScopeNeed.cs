using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Hosting;

/// <summary>
/// Tells, once at start, whether the calls of an implementation need a scope each. Where it keeps nothing to dispose of
/// and takes nothing but singletons, a scope could not be told from none, and costs more than the rest of a short call.
/// </summary>
internal static class ScopeNeed
{
    /// <param name="services">All registrations of the application.</param>
    /// <param name="descriptor">The implementation's.</param>
    public static bool Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(
        IServiceCollection services, ServiceDescriptor descriptor)
    {
        if (descriptor.Lifetime == ServiceLifetime.Singleton)
        {
            return false;
        }

        if (descriptor.ImplementationType != typeof(TImplementation)
            || typeof(IDisposable).IsAssignableFrom(typeof(TImplementation))
            || typeof(IAsyncDisposable).IsAssignableFrom(typeof(TImplementation))
            || typeof(TImplementation).GetConstructors() is not [var constructor])
        {
            return true;
        }

        foreach (var parameter in constructor.GetParameters())
        {
            if (!IsSingleton(services, parameter.ParameterType))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsSingleton(IServiceCollection services, Type type)
    {
        var open = type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : null;
        ServiceDescriptor? exact = null;
        ServiceDescriptor? generic = null;
        foreach (var descriptor in services)
        {
            if (descriptor.IsKeyedService)
            {
                continue;
            }

            if (descriptor.ServiceType == type)
            {
                exact = descriptor;
            }
            else if (open is not null && descriptor.ServiceType == open)
            {
                generic = descriptor;
            }
        }

        return (exact ?? generic) is { Lifetime: ServiceLifetime.Singleton };
    }
}
