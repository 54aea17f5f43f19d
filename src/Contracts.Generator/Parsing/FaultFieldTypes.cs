using Microsoft.CodeAnalysis;

namespace Messaging.Generator.Parsing;

/// <summary>The types that a fault's fields may have.</summary>
internal static class FaultFieldTypes
{
    /// <summary>Whether a value of the type travels, and as which number where it is an enum.</summary>
    public static bool IsSupported(ITypeSymbol type, out string? wireType)
    {
        wireType = null;
        var suffix = string.Empty;
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            type = nullable.TypeArguments[0];
            suffix = "?";
        }

        if (type is INamedTypeSymbol { EnumUnderlyingType: { } underlying })
        {
            wireType = KnownTypes.Qualified(underlying) + suffix;
            return true;
        }

        return IsPlain(type.SpecialType)
            || KnownTypes.Is(type, "System", "Guid", arity: 0)
            || KnownTypes.Is(type, "System", "DateTimeOffset", arity: 0)
            || KnownTypes.Is(type, "System", "TimeSpan", arity: 0);
    }

    private static bool IsPlain(SpecialType type) => type is
        SpecialType.System_String or SpecialType.System_Boolean or SpecialType.System_Char or
        SpecialType.System_SByte or SpecialType.System_Byte or SpecialType.System_Int16 or SpecialType.System_UInt16 or
        SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Int64 or SpecialType.System_UInt64 or
        SpecialType.System_Single or SpecialType.System_Double or SpecialType.System_Decimal or SpecialType.System_DateTime;
}
