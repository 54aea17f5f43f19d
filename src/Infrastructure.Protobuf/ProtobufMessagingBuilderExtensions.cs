using Google.Protobuf.Reflection;
using Messaging;
using Messaging.Protobuf;
using Messaging.Serialization;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds protobuf payloads.</summary>
public static class ProtobufMessagingBuilderExtensions
{
    /// <summary>
    /// Serves and calls operations whose request and reply are protobuf messages as <c>application/x-protobuf</c> and as
    /// <c>application/json</c> in protobuf's JSON mapping; requesters send the first. All other operations stay as they
    /// are. May be called several times.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="files">Generated files, e.g. <c>GreeterReflection.Descriptor</c>: needed in trimmed and NativeAOT applications.</param>
    /// <returns>The builder.</returns>
    public static MessagingBuilder UseProtobuf(this MessagingBuilder builder, params FileDescriptor[] files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return builder.UseProtobuf(options =>
        {
            foreach (var file in files)
            {
                options.Add(file);
            }
        });
    }

    /// <summary>As <see cref="UseProtobuf(MessagingBuilder, FileDescriptor[])"/>, with options.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The builder.</returns>
    public static MessagingBuilder UseProtobuf(this MessagingBuilder builder, Action<ProtobufPayloadOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var services = builder.Services;
        services.Configure(configure);
        if (services.Any(static service => service.ServiceType == typeof(ProtobufTypes)))
        {
            return builder;
        }

        // Of those that take a message the first decides, and JSON takes everything.
        services.TryAddSingleton<ProtobufTypes>();
        services.Insert(0, ServiceDescriptor.Singleton<IPayloadSerializer, ProtobufPayloadSerializer>());
        services.Insert(1, ServiceDescriptor.Singleton<IPayloadSerializer, ProtobufJsonPayloadSerializer>());
        return builder;
    }
}
