using Messaging.Generator.Diagnostics;
using Messaging.Generator.Model;
using Microsoft.CodeAnalysis;

namespace Messaging.Generator.Parsing;

/// <summary>Finds what <c>[Command(OrderedBy = …)]</c> names, and how it becomes a text that is the same everywhere.</summary>
internal static class OrderKeyParser
{
    public static OrderKeyModel? Parse(AttributeData? command, ITypeSymbol? request, MethodReport report)
    {
        if (AttributeReader.Option<string?>(command, "OrderedBy", null) is not { } name)
        {
            return null;
        }

        if (AttributeReader.Option<int?>(command, "Priority", null) is not null)
        {
            report.That(Rules.OrderOrPriority, AttributeReader.Place(command));
        }

        if (request is null)
        {
            return null;
        }

        if (request.NullableAnnotation == NullableAnnotation.Annotated)
        {
            return Refuse("which a null command does not have: let the command not be nullable");
        }

        if (Find(request, name) is not { } member)
        {
            return Refuse($"which '{KnownTypes.Short(request)}' does not have: name a property or field of the command itself");
        }

        if (WhyNotReadable(member, report.Assembly) is { } why)
        {
            return Refuse($"{why}: name a property or field that generated code can read");
        }

        var type = member is IPropertySymbol property ? property.Type : ((IFieldSymbol)member).Type;
        return ModelOf(name, type) ?? Refuse(
            $"which is a '{KnownTypes.Short(type)}' and has no text that is the same everywhere: use a string, an integer, a Guid, a bool or an enum");

        OrderKeyModel? Refuse(string problem)
        {
            report.That(Rules.GoodOrder, AttributeReader.Place(command), name, problem);
            return null;
        }
    }

    private static ISymbol? Find(ITypeSymbol request, string name)
    {
        for (var type = request; type is not null; type = type.BaseType)
        {
            if (Declared(type) is { } member)
            {
                return member;
            }
        }

        return request.AllInterfaces.Select(Declared).FirstOrDefault(static member => member is not null);

        ISymbol? Declared(ITypeSymbol type) =>
            type.GetMembers(name).FirstOrDefault(static member => member is IPropertySymbol { IsIndexer: false } or IFieldSymbol);
    }

    private static string? WhyNotReadable(ISymbol member, IAssemblySymbol assembly)
    {
        if (member.IsStatic)
        {
            return "which is static";
        }

        if (member is IPropertySymbol { GetMethod: null })
        {
            return "which can't be read";
        }

        var accessibility = member is IPropertySymbol { GetMethod: { } getter } ? getter.DeclaredAccessibility : member.DeclaredAccessibility;
        return accessibility == Accessibility.Public
            || (accessibility is Accessibility.Internal or Accessibility.ProtectedOrInternal
                && SymbolEqualityComparer.Default.Equals(member.ContainingAssembly, assembly))
            ? null
            : "which is not public";
    }

    private static OrderKeyModel? ModelOf(string name, ITypeSymbol type)
    {
        if (type is INamedTypeSymbol { EnumUnderlyingType: { } number })
        {
            return new OrderKeyModel(name, OrderKeyKind.Number, KnownTypes.Qualified(number));
        }

        switch (type.SpecialType)
        {
            case SpecialType.System_String:
                return new OrderKeyModel(name, OrderKeyKind.Text, Number: null);
            case SpecialType.System_Boolean:
                return new OrderKeyModel(name, OrderKeyKind.Flag, Number: null);
            case SpecialType.System_SByte or SpecialType.System_Byte or SpecialType.System_Int16 or SpecialType.System_UInt16
                or SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Int64 or SpecialType.System_UInt64:
                return new OrderKeyModel(name, OrderKeyKind.Number, Number: null);
            default:
                return KnownTypes.Is(type, "System", "Guid", arity: 0) ? new OrderKeyModel(name, OrderKeyKind.Guid, Number: null) : null;
        }
    }
}
