using System.Reflection;
using Messaging.Generator.Diagnostics;
using Microsoft.CodeAnalysis;

namespace Messaging.Generator.Tests;

public sealed class RulesTests
{
    private static readonly IReadOnlyList<DiagnosticDescriptor> _rules =
    [
        .. typeof(Rules).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (DiagnosticDescriptor)field.GetValue(null)!),
    ];

    [Fact]
    public void Ids_are_numbered_without_gaps() => Assert.Equal(
        Enumerable.Range(1, _rules.Count).Select(number => $"MSG{number:000}"),
        _rules.Select(rule => rule.Id));

    [Fact]
    public void Every_rule_is_documented_under_its_title()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "diagnostics.md"));

        Assert.All(_rules, rule =>
        {
            Assert.Contains($"| [{rule.Id}](#{rule.Id.ToLowerInvariant()}) | {rule.Title} |", page, StringComparison.Ordinal);
            Assert.Contains($"## {rule.Id}\n\n**Cause.** ", page.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        });
    }
}
