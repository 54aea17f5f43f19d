using Messaging;
using Messaging.Commands;
using Messaging.Descriptions;
using Messaging.Hosting;
using Messaging.Policies;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds requesters.</summary>
public static class RequesterMessagingBuilderExtensions
{
    /// <summary>
    /// Makes <typeparamref name="TService"/> injectable: a thread-safe singleton whose methods call the service over the
    /// broker. Options come from <c>Messaging:Requesters:{service}</c>, then from <paramref name="configure"/>. Called
    /// again, it changes what its options say and nothing else, as all options do.
    /// </summary>
    /// <typeparam name="TService">The contract, an interface marked with <see cref="ServiceAttribute"/>.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code; wins over configuration.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException"><typeparamref name="TService"/> has no generated contract.</exception>
    public static MessagingBuilder AddRequester<TService>(this MessagingBuilder builder, Action<RequesterOptions>? configure = null)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var contract = ServiceContract.Of<TService>();
        var services = builder.Services;
        var options = services.AddOptions<RequesterOptions>(contract.Name)
            .Configure<IServiceProvider>((options, provider) =>
                provider.GetService<IConfiguration>()?.GetSection($"Messaging:Requesters:{contract.Name}").Bind(options))
            .Validate(
                options => options.Operations.Keys.All(contract.Operations.Select(operation => operation.Name).Contains),
                $"Messaging:Requesters:{contract.Name}: Operations names a method that the contract {typeof(TService).Name} lacks; it has: {string.Join(", ", contract.Operations.Select(operation => operation.Name))}.")
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        builder.AddOperationInvoker();
        if (services.Any(static service => service.ServiceType == typeof(Started<TService>)))
        {
            return builder;
        }

        services.AddSingleton<Started<TService>>();
        services.TryAddSingleton(provider => contract.CreateProxy(
            EngineOf(provider, contract.Name)?.Open(provider, contract) ?? provider.GetRequiredService<IOperationInvoker>(), options: null));
        services.AddSingleton<IHostedService>(provider => EngineOf(provider, contract.Name) is null
            ? new RequesterStart<TService>(contract, provider.GetRequiredService<CallPolicies>(), provider.GetRequiredService<Requester>())
            : new EngineRequesterStart<TService>(provider));
        return builder;
    }

    /// <summary>
    /// Makes <see cref="IOperationInvoker"/> injectable, for code that calls operations without a contract interface.
    /// <see cref="AddRequester{TService}"/> does it too.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static MessagingBuilder AddOperationInvoker(this MessagingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RequesterOptions>, RequesterOptionsValidator>());
        services.TryAddSingleton<CallPolicies>();
        services.TryAddSingleton<Requester>();
        services.TryAddSingleton<IScheduledCommands, ScheduledCommands>();
        services.TryAddSingleton<IOperationInvoker>(static provider => provider.GetRequiredService<Requester>());
        services.TryAddSingleton<ServiceDescriptions>();
        return builder;
    }

    // Says that a contract is checked at start.
    private sealed class Started<TService>;

    private static IRequesterEngine? EngineOf(IServiceProvider provider, string service) =>
        provider.GetRequiredService<IOptionsMonitor<RequesterOptions>>().Get(service).FindEngine() ?? provider.GetService<IRequesterEngine>();
}
