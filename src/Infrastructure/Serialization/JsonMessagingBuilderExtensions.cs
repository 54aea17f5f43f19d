using System.Text.Json.Serialization.Metadata;
using Messaging;
using Messaging.Serialization;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds JSON metadata.</summary>
public static class JsonMessagingBuilderExtensions
{
    /// <summary>
    /// Registers source-generated JSON metadata for the contracts' types: <c>.UseJson(OrdersJson.Default)</c>. Needed
    /// in trimmed and NativeAOT applications, faster everywhere. May be called for several contexts.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="resolver">A <see cref="System.Text.Json.Serialization.JsonSerializerContext"/> or another resolver.</param>
    /// <returns>The builder.</returns>
    public static MessagingBuilder UseJson(this MessagingBuilder builder, IJsonTypeInfoResolver resolver)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(resolver);
        builder.Services.Configure<JsonPayloadOptions>(options => options.SerializerOptions.TypeInfoResolverChain.Add(resolver));
        return builder;
    }
}
