using Messaging.Generator.Model;
using Microsoft.CodeAnalysis;

namespace Messaging.Generator.Parsing;

/// <summary>Finds how an exception can be taken apart into fields and built again from them.</summary>
internal static class FaultParser
{
    /// <summary>The fields, or null and what stands in the way.</summary>
    public static EquatableArray<FaultFieldModel>? Parse(INamedTypeSymbol exception, Compilation compilation, out string problem)
    {
        problem = exception switch
        {
            { IsUnboundGenericType: true } => "it is an open generic type; name its type arguments",
            { IsAbstract: true } => "it is abstract; declare the types that derive from it",
            _ when !compilation.IsSymbolAccessibleWithin(exception, compilation.Assembly) || IsFileLocal(exception) =>
                "generated code can't see it; make it internal or public",
            _ => string.Empty,
        };
        if (problem.Length > 0)
        {
            return null;
        }

        EquatableArray<FaultFieldModel>? best = null;
        foreach (var constructor in exception.InstanceConstructors)
        {
            if (compilation.IsSymbolAccessibleWithin(constructor, compilation.Assembly)
                && (best is null || constructor.Parameters.Length > best.Value.Count)
                && !LeavesRequiredMembers(exception, constructor))
            {
                best = Fields(exception, constructor) ?? best;
            }
        }

        if (best is null)
        {
            problem = "give it a public constructor whose every parameter has a public property of the same name and type "
                + "(a string, number, bool, char, enum, Guid, DateTime, DateTimeOffset or TimeSpan, or a nullable one)";
        }

        return best;
    }

    private static EquatableArray<FaultFieldModel>? Fields(INamedTypeSymbol exception, IMethodSymbol constructor)
    {
        var fields = new List<FaultFieldModel>();
        foreach (var parameter in constructor.Parameters)
        {
            if (parameter.RefKind != RefKind.None
                || !FaultFieldTypes.IsSupported(parameter.Type, out var wireType)
                || FindProperty(exception, parameter) is not { } property)
            {
                return null;
            }

            fields.Add(new FaultFieldModel(
                CamelCase(parameter.Name), property.Name, KnownTypes.Qualified(parameter.Type), wireType));
        }

        return new([.. fields]);
    }

    private static IPropertySymbol? FindProperty(INamedTypeSymbol exception, IParameterSymbol parameter)
    {
        for (var type = exception; type is not null; type = type.BaseType)
        {
            // Of what System.Exception itself has, only the message says what happened; Source or HelpLink would match by accident.
            var isBase = KnownTypes.Is(type, "System", "Exception", arity: 0);
            foreach (var member in type.GetMembers())
            {
                if (member is IPropertySymbol { IsStatic: false, IsIndexer: false, DeclaredAccessibility: Accessibility.Public } property
                    && property.GetMethod is { DeclaredAccessibility: Accessibility.Public }
                    && string.Equals(property.Name, parameter.Name, StringComparison.OrdinalIgnoreCase)
                    && SymbolEqualityComparer.Default.Equals(property.Type, parameter.Type)
                    && (!isBase || string.Equals(property.Name, "Message", StringComparison.Ordinal)))
                {
                    return property;
                }
            }

            if (isBase)
            {
                break;
            }
        }

        return null;
    }

    private static bool LeavesRequiredMembers(INamedTypeSymbol exception, IMethodSymbol constructor)
    {
        foreach (var attribute in constructor.GetAttributes())
        {
            if (KnownTypes.Is(attribute.AttributeClass, "System.Diagnostics.CodeAnalysis", "SetsRequiredMembersAttribute", arity: 0))
            {
                return false;
            }
        }

        for (var type = exception; type is not null; type = type.BaseType)
        {
            foreach (var member in type.GetMembers())
            {
                if (member is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true })
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static bool IsFileLocal(INamedTypeSymbol type) =>
        type.IsFileLocal || (type.ContainingType is { } outer && IsFileLocal(outer));

    private static string CamelCase(string name) => char.ToLowerInvariant(name[0]) + name.Substring(1);
}
