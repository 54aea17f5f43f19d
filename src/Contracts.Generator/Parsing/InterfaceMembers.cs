using Messaging.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace Messaging.Generator.Parsing;

/// <summary>Finds the methods of a contract that are operations.</summary>
internal static class InterfaceMembers
{
    /// <summary>The interface and all it inherits, each once, bases first in the order of declaration.</summary>
    public static IReadOnlyList<INamedTypeSymbol> Hierarchy(INamedTypeSymbol contract)
    {
        var seen = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var order = new List<INamedTypeSymbol>();
        Visit(contract);
        return order;

        void Visit(INamedTypeSymbol type)
        {
            if (!seen.Add(type))
            {
                return;
            }

            foreach (var inherited in type.Interfaces)
            {
                Visit(inherited);
            }

            order.Add(type);
        }
    }

    /// <summary>The operations that one interface declares. What has a body runs where it is called and is none.</summary>
    public static IEnumerable<IMethodSymbol> Operations(INamedTypeSymbol declaredIn, Problems problems)
    {
        if (declaredIn.TypeKind == TypeKind.Error)
        {
            problems.LeaveToCompiler();
            yield break;
        }

        foreach (var member in declaredIn.GetMembers())
        {
            if (!member.IsAbstract)
            {
                continue;
            }

            if (member is IMethodSymbol { MethodKind: MethodKind.Ordinary, IsStatic: false, DeclaredAccessibility: Accessibility.Public } method)
            {
                yield return method;
            }
            else if (WhatItIs(member) is { } what)
            {
                problems.Report(
                    Rules.OnlyMethods, declaredIn, member.Locations.FirstOrDefault(), KnownTypes.MemberName(member), what);
            }
        }
    }

    private static string? WhatItIs(ISymbol member) => member switch
    {
        IPropertySymbol { IsIndexer: true } => "an indexer",
        IPropertySymbol => "a property",
        IEventSymbol => "an event",
        IMethodSymbol { MethodKind: MethodKind.PropertyGet or MethodKind.PropertySet or MethodKind.EventAdd or MethodKind.EventRemove } => null,
        IMethodSymbol { MethodKind: MethodKind.ExplicitInterfaceImplementation } => "an inherited method made abstract again",
        IMethodSymbol { IsStatic: true } => "a static abstract member",
        IMethodSymbol => "not public",
        _ => null,
    };
}
