using Messaging;
using Messaging.Inbox;
using Messaging.Outbox;
using Messaging.Sqlite;
using Messaging.Stores;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses SQLite as the store of the outbox and the inbox.</summary>
public static class SqliteMessagingBuilderExtensions
{
    /// <summary>
    /// Keeps the outbox (<c>AddOutbox()</c>) and the inbox (<c>AddInbox&lt;T&gt;()</c>) in a SQLite database. Options
    /// come from <c>Messaging:Sqlite</c>, then from <paramref name="configure"/>, and are checked at start.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code; wins over configuration.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">A store was chosen before.</exception>
    public static MessagingBuilder UseSqliteStore(this MessagingBuilder builder, Action<SqliteStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        StoreChoice.Take(services, "UseSqliteStore(…)");
        var options = services.AddOptions<SqliteStoreOptions>()
            .Configure<IServiceProvider>(static (options, provider) =>
                provider.GetService<IConfiguration>()?.GetSection("Messaging:Sqlite").Bind(options))
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SqliteStoreOptions>, SqliteStoreOptionsValidator>());
        services.TryAddSingleton<SqliteDatabase>();
        services.Replace(ServiceDescriptor.Singleton<IOutboxStore>(static provider => new SqlOutboxStore(provider.GetRequiredService<SqliteDatabase>())));
        services.Replace(ServiceDescriptor.Singleton<IInboxStore>(static provider => new SqlInboxStore(provider.GetRequiredService<SqliteDatabase>())));
        return builder;
    }
}
