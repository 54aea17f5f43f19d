using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Messaging.Generator.Tests;

/// <summary>Projects in memory, compiled against the runtime that runs the tests.</summary>
internal static class Project
{
    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using Messaging;
        """;

    private static readonly ImmutableArray<MetadataReference> _references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("Messaging.Contracts.Generator", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static CSharpParseOptions ParseOptions { get; } =
        new(LanguageVersion.Latest, DocumentationMode.Diagnose);

    /// <summary>A library with documentation demanded and every warning on.</summary>
    public static CSharpCompilation Of(params string[] files) => Of("Shop", [], files);

    public static CSharpCompilation Of(string name, IEnumerable<MetadataReference> references, params string[] files) =>
        CSharpCompilation.Create(
            name,
            [Parse(Usings, "Usings.cs"), .. files.Select((file, i) => Parse(file, $"File{i + 1}.cs"))],
            [.. _references, .. references],
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                warningLevel: 9999,
                allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable));

    public static SyntaxTree Parse(string text, string path) =>
        CSharpSyntaxTree.ParseText(text, ParseOptions, path, cancellationToken: TestContext.Current.CancellationToken);
}
