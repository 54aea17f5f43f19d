using Messaging;
using Messaging.Inbox;
using Messaging.Outbox;
using Messaging.PostgreSql;
using Messaging.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses PostgreSQL as the store of the outbox and the inbox.</summary>
public static class PostgreSqlMessagingBuilderExtensions
{
    /// <summary>
    /// Keeps the outbox (<c>AddOutbox()</c>) and the inbox (<c>AddInbox&lt;T&gt;()</c>) in a PostgreSQL database. Options
    /// come from <c>Messaging:PostgreSql</c>, then from <paramref name="configure"/>, and are checked at start.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code; wins over configuration.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">A store was chosen before.</exception>
    public static MessagingBuilder UsePostgreSqlStore(this MessagingBuilder builder, Action<PostgreSqlStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        StoreChoice.Take(services, "UsePostgreSqlStore(…)");
        var options = services.AddOptions<PostgreSqlStoreOptions>()
            .Configure<IServiceProvider>(static (options, provider) =>
                provider.GetService<IConfiguration>()?.GetSection("Messaging:PostgreSql").Bind(options))
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgreSqlStoreOptions>, PostgreSqlStoreOptionsValidator>());
        services.TryAddSingleton<PostgreSqlDatabase>();
        services.Replace(ServiceDescriptor.Singleton<IOutboxStore>(static provider => new SqlOutboxStore(provider.GetRequiredService<PostgreSqlDatabase>())));
        services.Replace(ServiceDescriptor.Singleton<IInboxStore>(static provider => new SqlInboxStore(provider.GetRequiredService<PostgreSqlDatabase>())));
        return builder;
    }
}
