using Messaging.Generator.Diagnostics;
using Messaging.Generator.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Messaging.Generator.Parsing;

/// <summary>Turns an interface marked with <c>[Service]</c> into a model, or into what is wrong with it.</summary>
internal static class ContractParser
{
    public static ParsedContract? Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        var contract = (INamedTypeSymbol)context.TargetSymbol;
        var attribute = context.Attributes[0];

        // A partial interface with the attribute twice (an error of the compiler's) is parsed once.
        if (KnownTypes.Attribute(contract, "ServiceAttribute")?.ApplicationSyntaxReference is not { } first
            || first.SyntaxTree != context.TargetNode.SyntaxTree
            || !context.TargetNode.Span.Contains(first.Span)
            || attribute.ConstructorArguments.Length != 1)
        {
            return null;
        }

        var place = ((InterfaceDeclarationSyntax)context.TargetNode).Identifier.GetLocation();
        var problems = new Problems(contract, place);
        var name = attribute.ConstructorArguments[0].Value as string ?? string.Empty;
        CheckInterface(contract, place, problems);
        var isNamed = CheckName(contract, name, first.GetSyntax(cancellationToken).GetLocation(), problems);

        var model = problems.Any && IsGeneric(contract)
            ? null
            : ParseMembers(contract, name, context.SemanticModel.Compilation, problems, cancellationToken);
        return new ParsedContract(
            problems.Any ? null : model,
            isNamed ? new ServiceEntry(name, KnownTypes.Short(contract), LocationInfo.From(place)) : null,
            problems.Found);
    }

    private static ContractModel ParseMembers(
        INamedTypeSymbol contract, string name, Compilation compilation, Problems problems, CancellationToken cancellationToken)
    {
        var faults = new FaultCatalog(compilation, contract, problems);
        var operations = new List<(IMethodSymbol Method, OperationModel Model)>();
        foreach (var declaredIn in InterfaceMembers.Hierarchy(contract))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var method in InterfaceMembers.Operations(declaredIn, problems))
            {
                if (OperationParser.Parse(method, faults, problems) is { } operation)
                {
                    operations.Add((method, operation));
                }
            }
        }

        UniqueNames.Check(operations, problems);
        var flatName = FlatName(contract, "_");
        var @namespace = contract.ContainingNamespace is { IsGlobalNamespace: false } ns
            ? ns.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted))
            : null;
        return new ContractModel(
            name,
            KnownTypes.Qualified(contract),
            @namespace,
            flatName,
            HintName(contract),
            IsPublic(contract),
            ParsePartitions(contract, problems),
            new([.. operations.Select(operation => operation.Model)]),
            faults.Models);
    }

    private static void CheckInterface(INamedTypeSymbol contract, Location place, Problems problems)
    {
        var problem = IsGeneric(contract)
            ? "is generic or nested in a generic type: make it a plain interface, which may inherit a generic one, e.g. IOrders : ICrud<Order>"
            : contract.IsFileLocal
                ? "is file-local, so generated code can't see it: make it internal or public"
                : !IsVisible(contract)
                    ? "is private or protected, or nested in such a type, so generated code can't see it: make it internal or public"
                    : null;
        if (problem is not null)
        {
            problems.Report(Rules.PlainInterface, contract, place, KnownTypes.Short(contract), problem);
        }
    }

    private static bool CheckName(INamedTypeSymbol contract, string name, Location place, Problems problems)
    {
        if (WireNames.ProblemOfService(name) is not { } problem)
        {
            return true;
        }

        problems.Report(Rules.GoodName, contract, place, name, $"the service {KnownTypes.Short(contract)}", problem);
        return false;
    }

    private static int ParsePartitions(INamedTypeSymbol contract, Problems problems)
    {
        const int otherwise = 8;
        const int max = 64;
        var attribute = KnownTypes.Attribute(contract, "ServiceAttribute");
        var partitions = AttributeReader.Option(attribute, "CommandPartitions", otherwise);
        if (partitions is < 1 or > max)
        {
            problems.Report(
                Rules.GoodPartitions, contract, AttributeReader.Place(attribute), KnownTypes.Short(contract),
                partitions.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return partitions;
    }

    private static bool IsGeneric(INamedTypeSymbol type) =>
        type.Arity > 0 || (type.ContainingType is { } outer && IsGeneric(outer));

    private static bool IsVisible(INamedTypeSymbol type) =>
        type.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal
        && !type.IsFileLocal
        && (type.ContainingType is not { } outer || IsVisible(outer));

    private static bool IsPublic(INamedTypeSymbol type) =>
        type.DeclaredAccessibility == Accessibility.Public && (type.ContainingType is not { } outer || IsPublic(outer));

    private static string FlatName(INamedTypeSymbol type, string separator) =>
        type.ContainingType is { } outer ? FlatName(outer, separator) + separator + type.Name : type.Name;

    private static string HintName(INamedTypeSymbol contract)
    {
        var name = FlatName(contract, ".") + ".g.cs";

        // Keywords in names of namespaces are written with an @, which names of files may not have.
        return contract.ContainingNamespace is { IsGlobalNamespace: false } ns
            ? $"{ns.ToDisplayString().Replace("@", string.Empty)}.{name}"
            : name;
    }
}
