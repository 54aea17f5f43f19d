using Messaging;
using Messaging.Hosting;
using Messaging.RabbitMq;
using Messaging.Transport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses RabbitMQ as the transport.</summary>
public static class RabbitMqMessagingBuilderExtensions
{
    internal const string Section = "Messaging:RabbitMq";

    /// <summary>
    /// Uses RabbitMQ. Its options are bound from the configuration section <c>Messaging:RabbitMq</c>, if the application
    /// has a configuration, then changed by <paramref name="configure"/>, then validated when the application starts.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options in code; null for none.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="InvalidOperationException">A transport was chosen before.</exception>
    public static MessagingBuilder UseRabbitMq(this MessagingBuilder builder, Action<RabbitMqOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        TransportChoice.Take(builder.Services, "UseRabbitMq(…)", ServiceDescriptor.Singleton<ITransport, RabbitMqTransport>());
        var options = builder.Services.AddOptions<RabbitMqOptions>()
            .Configure<IServiceProvider>(static (options, provider) =>
                provider.GetService<IConfiguration>()?.GetSection(Section).Bind(options))
            .ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        // A password that changes in the configuration is used by the next connection.
        builder.Services.AddSingleton<IOptionsChangeTokenSource<RabbitMqOptions>, ConfigurationChanges>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RabbitMqOptions>, RabbitMqOptionsValidator>());
        return builder;
    }

    private sealed class ConfigurationChanges(IServiceProvider provider) : IOptionsChangeTokenSource<RabbitMqOptions>
    {
        public string Name => Options.Options.DefaultName;

        public IChangeToken GetChangeToken() =>
            provider.GetService<IConfiguration>() is { } configuration
                ? configuration.GetSection(Section).GetReloadToken()
                : new CancellationChangeToken(CancellationToken.None);
    }
}
