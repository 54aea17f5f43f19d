using Messaging.Generator.Emitting;
using Messaging.Generator.Model;
using Messaging.Generator.Parsing;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Messaging.Generator;

/// <summary>
/// Writes the contract class, the proxy and the dispatcher of every interface marked with <c>[Service]</c>.
/// Parsing turns symbols into plain models; all that follows sees models only, so that an edit elsewhere redoes nothing.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ContractGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var parsed = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                KnownTypes.ServiceAttribute,
                static (node, _) => node is InterfaceDeclarationSyntax,
                ContractParser.Parse)
            .Where(static contract => contract is not null)
            .Select(static (contract, _) => contract!)
            .WithTrackingName(Steps.Parse);

        var models = parsed
            .Where(static contract => contract.Model is not null)
            .Select(static (contract, _) => contract.Model!)
            .WithTrackingName(Steps.Model);
        context.RegisterSourceOutput(
            models, static (output, model) => output.AddSource(model.HintName, ContractEmitter.Emit(model)));

        var problems = parsed
            .Select(static (contract, _) => contract.Diagnostics)
            .WithTrackingName(Steps.Problems);
        context.RegisterSourceOutput(problems, Report);

        var duplicates = parsed
            .Where(static contract => contract.Service is not null)
            .Select(static (contract, _) => contract.Service!)
            .Collect()
            .Select(static (services, _) => UniqueNames.Check(services))
            .WithTrackingName(Steps.Duplicates);
        context.RegisterSourceOutput(duplicates, Report);
    }

    private static void Report(SourceProductionContext output, EquatableArray<DiagnosticInfo> problems)
    {
        foreach (var problem in problems)
        {
            output.ReportDiagnostic(problem.ToDiagnostic());
        }
    }
}
