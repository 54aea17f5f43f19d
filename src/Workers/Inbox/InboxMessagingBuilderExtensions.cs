using Messaging;
using Messaging.Health;
using Messaging.Inbox;
using Messaging.Observers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the inbox.</summary>
public static class InboxMessagingBuilderExtensions
{
    /// <summary>
    /// Gives the workers of <typeparamref name="TService"/> an inbox: a duplicate of a command (the same message id) has
    /// no second effect, calls that ask for it (<see cref="OperationAttribute.ReplayReplies"/>) are given their first
    /// reply again, and handlers may join the transaction (<see cref="IInboxTransaction"/>). It needs a store:
    /// <c>UseSqliteStore(…)</c> or <c>UsePostgreSqlStore(…)</c>. Options come from
    /// <c>Messaging:Workers:{service}:Inbox</c>, then from <paramref name="configure"/>.
    /// </summary>
    /// <typeparam name="TService">The contract.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code; wins over configuration.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException"><typeparamref name="TService"/> has no generated contract.</exception>
    public static MessagingBuilder AddInbox<TService>(this MessagingBuilder builder, Action<InboxOptions>? configure = null)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var contract = ServiceContract.Of<TService>();
        var service = contract.Name;
        var calls = contract.Operations.Where(static operation => operation.Kind == OperationKind.Call).Select(static operation => operation.Name).ToList();
        var services = builder.Services;
        var options = services.AddOptions<InboxOptions>(service)
            .Configure<IServiceProvider>((options, provider) =>
                provider.GetService<IConfiguration>()?.GetSection($"Messaging:Workers:{service}:Inbox").Bind(options))
            .Validate(
                options => options.ReplayReplies.All(calls.Contains),
                $"Messaging:Workers:{service}:Inbox: ReplayReplies names a method that is no call of the contract {typeof(TService).Name}; it has: {string.Join(", ", calls)}.")
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<InboxOptions>, InboxOptions.Validator>());
        services.TryAddScoped<CurrentInboxTransaction>();
        services.TryAddScoped<IInboxTransaction>(static provider => provider.GetRequiredService<CurrentInboxTransaction>());
        services.TryAddSingleton<IInboxStore>(static _ => throw new InvalidOperationException(
            "AddInbox() has no store: call UseSqliteStore(…) or UsePostgreSqlStore(…) on the messaging builder."));
        if (services.Any(descriptor => descriptor.ServiceType == typeof(InboxSetup) && string.Equals(descriptor.ServiceKey as string, service, StringComparison.Ordinal)))
        {
            // Called again, it changes what its options say and nothing else.
            return builder;
        }

        services.AddKeyedSingleton(service, (provider, _) => new InboxSetup(
            service, OptionsOf(provider, service), provider.GetRequiredService<IInboxStore>(), provider.GetRequiredService<Participants>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<GuardedLogger<InboxSetup>>(),
            provider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None));
        services.AddSingleton<IHostedService>(provider => new InboxPruner(
            service, provider.GetRequiredService<IInboxStore>(), provider.GetRequiredKeyedService<InboxSetup>(service).Patience, OptionsOf(provider, service),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<GuardedLogger<InboxPruner>>()));
        return builder;
    }

    private static InboxOptions OptionsOf(IServiceProvider provider, string service) =>
        provider.GetRequiredService<IOptionsMonitor<InboxOptions>>().Get(service);
}
