using System.Diagnostics.CodeAnalysis;
using Messaging;
using Messaging.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds workers.</summary>
public static class WorkerMessagingBuilderExtensions
{
    /// <summary>
    /// Serves <typeparamref name="TService"/> from its queue, beside any other workers of it, as a hosted service. Each
    /// call gets a scope and takes <typeparamref name="TImplementation"/> from it (scoped, unless registered otherwise
    /// before); an implementation that takes nothing but singletons is made for each call without one. Options come from <c>Messaging:Workers:{service}</c>, then from <paramref name="configure"/>.
    /// </summary>
    /// <typeparam name="TService">The contract, an interface marked with <see cref="ServiceAttribute"/>.</typeparam>
    /// <typeparam name="TImplementation">The class that implements it.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code; wins over configuration.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException"><typeparamref name="TService"/> has no generated contract, or another contract is served under its name.</exception>
    public static MessagingBuilder AddWorker<
        TService,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(
        this MessagingBuilder builder, Action<WorkerOptions>? configure = null)
        where TService : class
        where TImplementation : class, TService
    {
        ArgumentNullException.ThrowIfNull(builder);
        var contract = ServiceContract.Of<TService>();
        var services = builder.Services;
        ServedContract.Enter(services, new ServedContract(contract.Name, typeof(TService), typeof(TImplementation)));
        var options = services.AddOptions<WorkerOptions>(contract.Name)
            .Configure<IServiceProvider>((options, provider) =>
                provider.GetService<IConfiguration>()?.GetSection($"Messaging:Workers:{contract.Name}").Bind(options))
            .Validate(
                options => options.Operations.Keys.All(contract.Operations.Select(operation => operation.Name).Contains),
                $"Messaging:Workers:{contract.Name}: Operations names a method that the contract {typeof(TService).Name} lacks; it has: {string.Join(", ", contract.Operations.Select(operation => operation.Name))}.")
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<WorkerOptions>, WorkerOptionsValidator>());
        services.TryAddScoped<TImplementation>();
        services.AddSingleton(provider => EngineOf(provider, contract.Name)?.Serve<TService, TImplementation>(provider, contract)
            ?? new WorkerHostedService(() => WorkerFactory.Create<TService, TImplementation>(provider, services, contract)));
        return builder;
    }

    private static IWorkerEngine? EngineOf(IServiceProvider provider, string service) =>
        provider.GetRequiredService<IOptionsMonitor<WorkerOptions>>().Get(service).FindEngine() ?? provider.GetService<IWorkerEngine>();
}
