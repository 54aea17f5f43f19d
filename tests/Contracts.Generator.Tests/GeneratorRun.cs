using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Messaging.Generator.Tests;

/// <summary>One run of the generator over a project, and what the compiler says of the result.</summary>
internal sealed class GeneratorRun
{
    private readonly Compilation _output;

    private GeneratorRun(GeneratorDriverRunResult result, Compilation output, ImmutableArray<Diagnostic> diagnostics)
    {
        _output = output;
        Diagnostics = diagnostics;
        Sources = result.Results.Single().GeneratedSources;
    }

    /// <summary>The generator's diagnostics, with places that are inside the project's files.</summary>
    public ImmutableArray<Diagnostic> Diagnostics { get; }

    public ImmutableArray<GeneratedSourceResult> Sources { get; }

    public IEnumerable<string> Ids => Diagnostics.Select(diagnostic => diagnostic.Id);

    public static GeneratorRun Over(params string[] files) => Over(Project.Of(files));

    public static GeneratorRun Over(CSharpCompilation project)
    {
        var driver = CSharpGeneratorDriver.Create([new ContractGenerator().AsSourceGenerator()], parseOptions: Project.ParseOptions)
            .RunGeneratorsAndUpdateCompilation(project, out var output, out var diagnostics, TestContext.Current.CancellationToken);
        var result = driver.GetRunResult();
        Assert.Null(result.Results.Single().Exception);
        return new GeneratorRun(result, output, diagnostics);
    }

    /// <summary>The text that a diagnostic points at.</summary>
    public string TextAt(Diagnostic diagnostic)
    {
        var file = _output.SyntaxTrees.Single(tree =>
            string.Equals(tree.FilePath, diagnostic.Location.GetLineSpan().Path, StringComparison.Ordinal));
        return file.GetText(TestContext.Current.CancellationToken).ToString(diagnostic.Location.SourceSpan);
    }

    /// <summary>The compiler's errors anywhere, and its warnings in what was generated.</summary>
    public IReadOnlyList<string> Complaints() =>
    [
        .. _output.GetDiagnostics(TestContext.Current.CancellationToken)
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error
                || (diagnostic.Severity == DiagnosticSeverity.Warning
                    && diagnostic.Location.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) == true))
            .Select(diagnostic => diagnostic.ToString()),
    ];

    public void AssertClean(int contracts)
    {
        Assert.Empty(Diagnostics);
        Assert.Empty(Complaints());
        Assert.Equal(contracts, Sources.Length);
    }

    public MetadataReference ToReference()
    {
        using var assembly = new MemoryStream();
        var emitted = _output.Emit(assembly, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics));
        return MetadataReference.CreateFromImage(assembly.ToArray());
    }
}
