using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.Extensions.Options;

namespace Messaging.Protobuf;

/// <summary>Finds the descriptor of a generated type: among the registered files, else by the type's own static property.</summary>
internal sealed class ProtobufTypes
{
    private readonly ConcurrentDictionary<Type, MessageDescriptor> _byType = new();

    public ProtobufTypes(IOptions<ProtobufPayloadOptions> options)
    {
        Options = options.Value;
        Registry = TypeRegistry.FromFiles(Options.Files);
        foreach (var file in ProtobufFiles.WithImports(Options.Files))
        {
            foreach (var message in file.MessageTypes)
            {
                Add(message);
            }
        }
    }

    public ProtobufPayloadOptions Options { get; }

    /// <summary>The messages that may travel in an <c>Any</c>.</summary>
    public TypeRegistry Registry { get; }

    public static bool IsMessage(Type type) => typeof(IMessage).IsAssignableFrom(type);

    /// <exception cref="InvalidOperationException">The type is no generated message, or its file is not registered where that is needed.</exception>
    public MessageDescriptor Find(Type type) => _byType.TryGetValue(type, out var known) ? known : _byType.GetOrAdd(type, FindOn(type));

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Trimmed applications register their files; a property that was trimmed away is told with what to do.")]
    private static MessageDescriptor FindOn(Type type) =>
        type.GetProperty(nameof(IMessage.Descriptor), BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as MessageDescriptor
        ?? throw new InvalidOperationException(
            $"No protobuf descriptor for {type}. Register the file that it was generated from: services.AddMessaging().UseProtobuf(YourFileReflection.Descriptor).");

    private void Add(MessageDescriptor message)
    {
        // Entries of maps have no type.
        if (message.ClrType is { } type)
        {
            _byType.TryAdd(type, message);
        }

        foreach (var nested in message.NestedTypes)
        {
            Add(nested);
        }
    }
}
