using Microsoft.CodeAnalysis;

namespace Messaging.Generator.Parsing;

/// <summary>Reads the named arguments of an attribute.</summary>
internal static class AttributeReader
{
    public static T Option<T>(AttributeData? attribute, string name, T otherwise)
    {
        foreach (var argument in attribute?.NamedArguments ?? [])
        {
            if (string.Equals(argument.Key, name, StringComparison.Ordinal) && argument.Value.Value is T value)
            {
                return value;
            }
        }

        return otherwise;
    }

    public static Location? Place(AttributeData? attribute) =>
        attribute?.ApplicationSyntaxReference is { } syntax ? Location.Create(syntax.SyntaxTree, syntax.Span) : null;
}
