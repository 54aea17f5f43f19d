using Microsoft.CodeAnalysis;

namespace Messaging.Generator.Parsing;

/// <summary>Reports at a method, and names it first in every message.</summary>
internal readonly struct MethodReport(IMethodSymbol method, Problems problems)
{
    /// <summary>Where the generated code goes.</summary>
    public IAssemblySymbol Assembly => problems.Assembly;

    public void That(DiagnosticDescriptor rule, Location? place, params string[] arguments) =>
        Plain(rule, place, [KnownTypes.MemberName(method), .. arguments]);

    public void Plain(DiagnosticDescriptor rule, Location? place, params string[] arguments) =>
        problems.Report(rule, method.ContainingType, place ?? method.Locations.FirstOrDefault(), arguments);
}
