using Messaging.Generator.Model;
using Microsoft.CodeAnalysis;

namespace Messaging.Generator.Parsing;

/// <summary>Collects what is wrong with one contract.</summary>
internal sealed class Problems(INamedTypeSymbol contract, Location contractPlace)
{
    private readonly List<DiagnosticInfo> _found = [];

    /// <summary>Whether nothing can be generated: a rule is broken, or the compiler itself reports an error.</summary>
    public bool Any { get; private set; }

    /// <summary>Where the contract is declared, and generated code with it.</summary>
    public IAssemblySymbol Assembly => contract.ContainingAssembly;

    public EquatableArray<DiagnosticInfo> Found => new([.. _found]);

    /// <summary>Reports a problem of a member, or of the interface itself.</summary>
    /// <param name="rule">The rule that is broken.</param>
    /// <param name="declaredIn">The interface that holds the mistake.</param>
    /// <param name="place">Where it is in that interface.</param>
    /// <param name="arguments">The message's values.</param>
    public void Report(DiagnosticDescriptor rule, INamedTypeSymbol declaredIn, Location? place, params string[] arguments)
    {
        Any = true;
        if (!SymbolEqualityComparer.Default.Equals(declaredIn, contract))
        {
            if (IsReportedByItself(declaredIn))
            {
                return;
            }

            // An inherited mistake is shown where it is inherited: the base may be in another assembly.
            place = contractPlace;
        }

        var location = place is { IsInSource: true } ? place : contractPlace;
        _found.Add(new DiagnosticInfo(rule, LocationInfo.From(location), new(arguments)));
    }

    /// <summary>Notes an error that the compiler reports.</summary>
    public void LeaveToCompiler() => Any = true;

    private bool IsReportedByItself(INamedTypeSymbol declaredIn) =>
        SymbolEqualityComparer.Default.Equals(declaredIn.ContainingAssembly, contract.ContainingAssembly)
        && KnownTypes.Attribute(declaredIn, "ServiceAttribute") is not null;
}
