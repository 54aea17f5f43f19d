using System.Reflection;

namespace Messaging.Docs.Tests.Reading;

/// <summary>The repository whose documents are tested.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("Repository");

    /// <summary>How everything here was built: Debug or Release.</summary>
    public static string Configuration { get; } = Metadata("Configuration");

    /// <summary>Every document that tells people commands, by its path from the root.</summary>
    public static IEnumerable<string> Documents() =>
        Directory.EnumerateFiles(Root, "*.md")
            .Concat(new[] { "docs", "samples", "benchmarks", "deploy" }.SelectMany(static folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.md", SearchOption.AllDirectories)))
            .Select(static file => Path.GetRelativePath(Root, file))
            .Where(static file => !file.Contains("node_modules", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    /// <summary>The built program of a project, by the project's folder.</summary>
    public static string Program(string project)
    {
        var folder = Path.Combine(Root, project, Metadata("Output"));
        List<string> programs = [.. Directory.EnumerateFiles(folder, "*.runtimeconfig.json").Select(static file => file.Replace(".runtimeconfig.json", ".dll", StringComparison.Ordinal))];
        return programs.Count == 1
            ? programs[0]
            : programs.Single(file => Path.GetFileNameWithoutExtension(file).EndsWith(Path.GetFileName(project), StringComparison.OrdinalIgnoreCase));
    }

    private static string Metadata(string key) => typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => string.Equals(metadata.Key, key, StringComparison.Ordinal)).Value!;
}
