using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Hosting;

/// <summary>
/// Tells, once at start, whether the calls of an implementation need a scope each. Where it keeps nothing to dispose of
/// and takes nothing but singletons, a scope could not be told from none, and costs more than the rest of a short call.
/// Whatever is not understood here means a scope: without one, all calls would share what should be each one's own.
/// </summary>
internal static class ScopeNeed
{
    private const string ContainerUnderstood = "Microsoft.Extensions.DependencyInjection";
    private const string CompilersNotes = "System.Runtime.CompilerServices";

    /// <param name="provider">The application's services.</param>
    /// <param name="services">All registrations of the application.</param>
    /// <param name="descriptor">The implementation's.</param>
    public static bool Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(
        IServiceProvider provider, IServiceCollection services, ServiceDescriptor descriptor)
    {
        if (descriptor.Lifetime == ServiceLifetime.Singleton)
        {
            return false;
        }

        return !IsContainerUnderstood(provider)
            || descriptor.ImplementationType != typeof(TImplementation)
            || typeof(IDisposable).IsAssignableFrom(typeof(TImplementation))
            || typeof(IAsyncDisposable).IsAssignableFrom(typeof(TImplementation))
            || typeof(TImplementation).GetConstructors() is not [var constructor]
            || !Array.TrueForAll(constructor.GetParameters(), parameter => IsPlain(parameter) && IsSingleton(services, parameter.ParameterType));
    }

    // Another container has registrations of its own, which nobody sees here, and rules of its own.
    private static bool IsContainerUnderstood(IServiceProvider provider) =>
        string.Equals(provider.GetService<IServiceScopeFactory>()?.GetType().Assembly.GetName().Name, ContainerUnderstood, StringComparison.Ordinal);

    // An attribute may have it come from anywhere: [FromKeyedServices], [ServiceKey], or one that is yet to be invented.
    private static bool IsPlain(ParameterInfo parameter) =>
        !parameter.ParameterType.IsByRef
        && parameter.CustomAttributes.All(static attribute => string.Equals(attribute.AttributeType.Namespace, CompilersNotes, StringComparison.Ordinal));

    /// <summary>Whether every registration that it could come from is a singleton. What is in none (a provider, a collection) is not.</summary>
    private static bool IsSingleton(IServiceCollection services, Type type)
    {
        var open = type.IsConstructedGenericType ? type.GetGenericTypeDefinition() : null;
        var found = false;
        foreach (var descriptor in services)
        {
            if (!descriptor.IsKeyedService && (descriptor.ServiceType == type || (open is not null && descriptor.ServiceType == open)))
            {
                if (descriptor.Lifetime != ServiceLifetime.Singleton)
                {
                    return false;
                }

                found = true;
            }
        }

        return found && type != typeof(IServiceProvider);
    }
}
