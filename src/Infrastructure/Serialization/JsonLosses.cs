using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Messaging.Serialization;

/// <summary>Finds what the serializer would write of a type and never read, or read in another order.</summary>
internal static class JsonLosses
{
    private static readonly HashSet<Type> _reversed =
        [typeof(Stack<>), typeof(ConcurrentStack<>), typeof(ImmutableStack<>), typeof(IImmutableStack<>)];

    /// <summary>The first loss of a type, or of those in it, with what to do about it; null for none.</summary>
    public static string? Find(JsonTypeInfo root)
    {
        var seen = new HashSet<Type>();
        var left = new Queue<JsonTypeInfo>();
        Enqueue(root.Type);
        while (left.TryDequeue(out var typeInfo))
        {
            if (FindOwn(typeInfo) is { } loss)
            {
                return loss;
            }

            foreach (var type in TypesIn(typeInfo))
            {
                Enqueue(type);
            }
        }

        return null;

        void Enqueue(Type type)
        {
            type = Nullable.GetUnderlyingType(type) ?? type;
            if (seen.Add(type) && root.Options.TryGetTypeInfo(type, out var typeInfo))
            {
                left.Enqueue(typeInfo);
            }
        }
    }

    private static string? FindOwn(JsonTypeInfo typeInfo) => typeInfo.Kind switch
    {
        JsonTypeInfoKind.Object => FindInObject(typeInfo),
        JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary => FindInCollection(typeInfo.Type),
        _ => null,
    };

    private static IEnumerable<Type> TypesIn(JsonTypeInfo typeInfo) => typeInfo.Kind switch
    {
        JsonTypeInfoKind.Object => typeInfo.Properties.Where(static property => property.CustomConverter is null).Select(static property => property.PropertyType)
            .Concat(typeInfo.PolymorphismOptions?.DerivedTypes.Select(static derived => derived.DerivedType) ?? []),
        _ => typeInfo.ElementType is { } element ? [element] : [],
    };

    private static string? FindInObject(JsonTypeInfo typeInfo)
    {
        var type = typeInfo.Type;
        foreach (var derived in typeInfo.PolymorphismOptions?.DerivedTypes ?? [])
        {
            if (derived.TypeDiscriminator is null && derived.DerivedType != type)
            {
                return $"A {derived.DerivedType} is read as a {type}: give its [JsonDerivedType] on {type.Name} a discriminator.";
            }
        }

        // An interface is not read at all, which is said where it is tried.
        var written = typeInfo.Properties.Where(static property => property.Get is not null && !property.IsExtensionData).ToArray();
        var unread = written.Where(static property => !IsRead(property)).ToArray();
        var lost = unread.FirstOrDefault(static property => IsStored(property.AttributeProvider))
            ?? (unread.Length == written.Length && !type.IsInterface && !type.IsAbstract ? unread.FirstOrDefault() : null);
        return lost is null
            ? null
            : $"The '{lost.Name}' of {type} is written and can't be read: give it a public or an init setter, have the constructor that the serializer takes " +
                $"({nameof(JsonConstructorAttribute)} says which) set it, or put [JsonIgnore] on it where it need not travel.";
    }

    private static bool IsRead(JsonPropertyInfo property) =>
        property.Set is not null || property.AssociatedParameter is not null || property.ObjectCreationHandling == JsonObjectCreationHandling.Populate;

    // A property that is computed from others is computed there too.
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "A field that was trimmed away is not found, and nothing is said of its property.")]
    private static bool IsStored(ICustomAttributeProvider? member) => member switch
    {
        FieldInfo => true,
        PropertyInfo property => property.SetMethod is not null
            || property.DeclaringType?.GetField($"<{property.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic) is not null,
        _ => false,
    };

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A member that was trimmed away is not found, and nothing is said of it.")]
    private static string? FindInCollection(Type type)
    {
        if (type.IsGenericType && _reversed.Contains(type.GetGenericTypeDefinition()))
        {
            return $"A {type} is read in reverse: send a list.";
        }

        var own = type.GetProperties(BindingFlags.Instance | BindingFlags.Public).FirstOrDefault(static property =>
            property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0
            && property.DeclaringType?.Namespace?.StartsWith("System", StringComparison.Ordinal) != true
            && property.GetCustomAttribute<JsonIgnoreAttribute>() is null);
        return own is null
            ? null
            : $"The '{own.Name}' of {type} is not written, as a collection is its items alone: send a type that has the collection as a property.";
    }
}
