using Messaging.Generator.Diagnostics;
using Messaging.Generator.Model;
using Microsoft.CodeAnalysis;

namespace Messaging.Generator.Parsing;

/// <summary>Gathers the declared faults of one contract, each type once.</summary>
internal sealed class FaultCatalog(Compilation compilation, INamedTypeSymbol contract, Problems problems)
{
    private readonly List<FaultModel> _models = [];
    private readonly Dictionary<ISymbol, int?> _known = new(SymbolEqualityComparer.Default);
    private readonly HashSet<string> _classNames = new(StringComparer.Ordinal);
    private readonly Dictionary<ISymbol, IReadOnlyList<INamedTypeSymbol>> _declared = new(SymbolEqualityComparer.Default);

    public EquatableArray<FaultModel> Models => new([.. _models]);

    /// <summary>The faults of a method: its own, its interface's and the contract's; most derived types first.</summary>
    public EquatableArray<int> Of(IMethodSymbol method)
    {
        var types = new HashSet<INamedTypeSymbol>(SymbolEqualityComparer.Default);
        types.UnionWith(DeclaredOn(method, method.ContainingType));
        types.UnionWith(DeclaredOn(method.ContainingType, method.ContainingType));
        types.UnionWith(DeclaredOn(contract, contract));

        var names = new Dictionary<string, INamedTypeSymbol>(StringComparer.Ordinal);
        var positions = new List<int>();
        foreach (var type in types.OrderByDescending(Depth))
        {
            if (names.TryGetValue(type.Name, out var other))
            {
                problems.Report(
                    Rules.FaultNames,
                    method.ContainingType,
                    method.Locations.FirstOrDefault(),
                    KnownTypes.MemberName(method),
                    other.ToDisplayString(),
                    type.ToDisplayString());
                continue;
            }

            names.Add(type.Name, type);
            if (_known[type] is { } position)
            {
                positions.Add(position);
            }
        }

        return new([.. positions]);
    }

    private IReadOnlyList<INamedTypeSymbol> DeclaredOn(ISymbol symbol, INamedTypeSymbol declaredIn)
    {
        if (_declared.TryGetValue(symbol, out var known))
        {
            return known;
        }

        var types = new List<INamedTypeSymbol>();
        if (KnownTypes.Attribute(symbol, "FaultsAttribute") is { ConstructorArguments.Length: 1 } attribute
            && attribute.ConstructorArguments[0] is { Kind: TypedConstantKind.Array, IsNull: false } argument)
        {
            var place = attribute.ApplicationSyntaxReference is { } syntax ? Location.Create(syntax.SyntaxTree, syntax.Span) : null;
            foreach (var constant in argument.Values)
            {
                if (constant.Value is ITypeSymbol type && Accept(type, declaredIn, place) is { } accepted)
                {
                    types.Add(accepted);
                }
            }
        }

        _declared.Add(symbol, types);
        return types;
    }

    private INamedTypeSymbol? Accept(ITypeSymbol type, INamedTypeSymbol declaredIn, Location? place)
    {
        // The arguments of an open generic type look missing too; that one is for us to report.
        if (type is not INamedTypeSymbol { IsUnboundGenericType: true } && KnownTypes.IsUnresolved(type))
        {
            problems.LeaveToCompiler();
            return null;
        }

        if (type is not INamedTypeSymbol exception || !IsException(exception.OriginalDefinition))
        {
            problems.Report(Rules.FaultIsException, declaredIn, place, KnownTypes.Short(type));
            return null;
        }

        if (!_known.ContainsKey(exception))
        {
            _known.Add(exception, Add(exception, declaredIn, place));
        }

        return exception;
    }

    private int? Add(INamedTypeSymbol exception, INamedTypeSymbol declaredIn, Location? place)
    {
        if (FaultParser.Parse(exception, compilation, out var problem) is not { } fields)
        {
            problems.Report(Rules.FaultRebuildable, declaredIn, place, KnownTypes.Short(exception), problem);
            return null;
        }

        var className = exception.Name + "Fault";
        for (var i = 2; !_classNames.Add(className); i++)
        {
            className = $"{exception.Name}Fault{i}";
        }

        _models.Add(new FaultModel(KnownTypes.Qualified(exception), exception.Name, className, fields));
        return _models.Count - 1;
    }

    private static bool IsException(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (KnownTypes.Is(current, "System", "Exception", arity: 0))
            {
                return true;
            }
        }

        return false;
    }

    private static int Depth(INamedTypeSymbol type) => type.BaseType is { } inherited ? Depth(inherited) + 1 : 0;
}
