using Microsoft.CodeAnalysis;

namespace Messaging.Generator.Parsing;

/// <summary>Recognises types by name, and writes types down so that they mean the same wherever they are written.</summary>
internal static class KnownTypes
{
    public const string ServiceAttribute = "Messaging.ServiceAttribute";

    private static readonly SymbolDisplayFormat _format = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    public static string Qualified(ITypeSymbol type) => type.ToDisplayString(_format);

    public static string Short(ISymbol symbol) => symbol.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat);

    /// <summary><c>IOrders.QuoteAsync</c>, as messages name a member.</summary>
    public static string MemberName(ISymbol member) => $"{member.ContainingType.Name}.{member.Name}";

    public static bool IsTask(ITypeSymbol type) => Is(type, "System.Threading.Tasks", "Task", arity: 0);

    public static bool IsTaskOfT(ITypeSymbol type) => Is(type, "System.Threading.Tasks", "Task", arity: 1);

    public static bool IsAsyncEnumerable(ITypeSymbol type) => Is(type, "System.Collections.Generic", "IAsyncEnumerable", arity: 1);

    public static bool IsCancellationToken(ITypeSymbol type) => Is(type, "System.Threading", "CancellationToken", arity: 0);

    public static bool Is(ITypeSymbol? type, string @namespace, string name, int arity) =>
        type is INamedTypeSymbol { ContainingType: null } named
        && named.Arity == arity
        && string.Equals(named.Name, name, StringComparison.Ordinal)
        && string.Equals(named.ContainingNamespace.ToDisplayString(), @namespace, StringComparison.Ordinal);

    public static AttributeData? Attribute(ISymbol symbol, string name)
    {
        foreach (var attribute in symbol.GetAttributes())
        {
            if (Is(attribute.AttributeClass, "Messaging", name, arity: 0))
            {
                return attribute;
            }
        }

        return null;
    }

    /// <summary>Whether the compiler itself will say that a type is missing: a second error would only distract.</summary>
    public static bool IsUnresolved(ITypeSymbol type)
    {
        switch (type)
        {
            case IErrorTypeSymbol:
                return true;
            case IArrayTypeSymbol array:
                return IsUnresolved(array.ElementType);
            case INamedTypeSymbol named:
                foreach (var argument in named.TypeArguments)
                {
                    if (IsUnresolved(argument))
                    {
                        return true;
                    }
                }

                return false;
            default:
                return false;
        }
    }
}
