using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Messaging.Serialization;

/// <summary>
/// Has the items of a collection that has no setter put into it. The serializer would write such a collection, as any
/// other, and read past it.
/// </summary>
internal static class JsonFilledCollections
{
    // What the serializer can add to.
    private static readonly HashSet<Type> _fillable =
    [
        typeof(List<>), typeof(Collection<>), typeof(ObservableCollection<>), typeof(HashSet<>), typeof(SortedSet<>),
        typeof(Dictionary<,>), typeof(SortedDictionary<,>), typeof(ConcurrentDictionary<,>),
        typeof(IList<>), typeof(ICollection<>), typeof(ISet<>), typeof(IDictionary<,>),
    ];

    public static void Fill(JsonTypeInfo typeInfo)
    {
        // A type that is made by a constructor with parameters can't be filled: JsonLosses refuses its collections.
        if (typeInfo.Kind != JsonTypeInfoKind.Object || typeInfo.CreateObject is null)
        {
            return;
        }

        foreach (var property in typeInfo.Properties)
        {
            if (property is { Set: null, Get: not null, ObjectCreationHandling: null }
                && property.PropertyType is { IsGenericType: true } type
                && _fillable.Contains(type.GetGenericTypeDefinition()))
            {
                property.ObjectCreationHandling = JsonObjectCreationHandling.Populate;
            }
        }
    }
}
