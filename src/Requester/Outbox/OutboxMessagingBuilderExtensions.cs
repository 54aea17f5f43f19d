using Messaging;
using Messaging.Outbox;
using Messaging.Policies;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the outbox.</summary>
public static class OutboxMessagingBuilderExtensions
{
    /// <summary>
    /// Makes <see cref="IOutbox"/> injectable and publishes what it stores, as a hosted service. It needs a store:
    /// <c>UseSqliteStore(…)</c> or <c>UsePostgreSqlStore(…)</c>. Options come from <c>Messaging:Outbox</c>, then from
    /// <paramref name="configure"/>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code; wins over configuration.</param>
    /// <returns>The builder.</returns>
    public static MessagingBuilder AddOutbox(this MessagingBuilder builder, Action<OutboxOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var options = services.AddOptions<OutboxOptions>()
            .Configure<IServiceProvider>(static (options, provider) =>
                provider.GetService<IConfiguration>()?.GetSection("Messaging:Outbox").Bind(options))
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OutboxOptions>, OutboxOptions.Validator>());
        services.TryAddSingleton<CallPolicies>();
        services.TryAddSingleton<Requester>();
        services.TryAddSingleton<OutboxSignal>();
        services.TryAddSingleton<OutboxPublisher>();
        services.TryAddSingleton<OutboxHealth>();
        services.TryAddSingleton<IOutboxStore>(static _ => throw new InvalidOperationException(
            "AddOutbox() has no store: call UseSqliteStore(…) or UsePostgreSqlStore(…) on the messaging builder."));
        services.TryAddSingleton<IOutbox, TransactionalOutbox>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, OutboxDispatcher>());
        return builder;
    }
}
