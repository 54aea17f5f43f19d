using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;

namespace Messaging.Serialization;

/// <summary>Refuses a value of a derived type of which the serializer would write only what the declared type has.</summary>
internal static class JsonDerivedValues
{
    public static void Guard(JsonTypeInfo typeInfo)
    {
        var declared = typeInfo.Type;
        if (typeInfo.Kind != JsonTypeInfoKind.Object || typeInfo.PolymorphismOptions is not null || declared.IsSealed || declared == typeof(object))
        {
            return;
        }

        // What the derived types that came lose, in words; empty for nothing.
        var known = new ConcurrentDictionary<Type, string>();
        var first = typeInfo.OnSerializing;
        typeInfo.OnSerializing = value =>
        {
            first?.Invoke(value);
            var actual = value.GetType();
            if (actual != declared && known.GetOrAdd(actual, static (actual, typeInfo) => LossOf(actual, typeInfo), typeInfo) is { Length: > 0 } loss)
            {
                throw new UnfitPayloadException(loss);
            }
        };
    }

    private static string LossOf(Type actual, JsonTypeInfo declared)
    {
        var own = declared.Options.TryGetTypeInfo(actual, out var known) && known.Kind == JsonTypeInfoKind.Object ? known : null;
        var lost = own?.Properties.FirstOrDefault(property => property.Get is not null && !declared.Properties.Any(other => string.Equals(other.Name, property.Name, StringComparison.Ordinal)));

        // One that adds nothing loses nothing, such as a proxy of a mapper.
        return own is not null && lost is null
            ? string.Empty
            : $"A {actual} can't be sent as the {declared.Type} that the contract names: {(lost is null ? "what it adds" : $"its '{lost.Name}'")} would be lost. " +
                $"Put [JsonDerivedType(typeof({actual.Name}), \"{actual.Name}\")] on {declared.Type.Name}, or send the declared type itself.";
    }
}
