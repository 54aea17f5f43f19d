using System.Diagnostics.CodeAnalysis;
using Messaging;
using Messaging.Serialization;
using Messaging.Xml;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds XML payloads.</summary>
public static class XmlMessagingBuilderExtensions
{
    /// <summary>
    /// Serves operations as <c>application/xml</c> too, where <see cref="System.Xml.Serialization.XmlSerializer"/> can
    /// write and read their types: public, with a public constructor without parameters and properties that can be set.
    /// JSON stays what requesters send. Not for trimmed or NativeAOT applications.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    [RequiresUnreferencedCode("XmlSerializer works by reflection.")]
    [RequiresDynamicCode("XmlSerializer generates code.")]
    public static MessagingBuilder UseXml(this MessagingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);

        // Behind JSON, which is the default as the first.
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IPayloadSerializer, XmlPayloadSerializer>());
        return builder;
    }
}
