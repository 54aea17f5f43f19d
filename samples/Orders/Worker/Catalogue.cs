using System.Collections.Frozen;

namespace Orders.Worker;

/// <summary>What the shop sells. It never changes, so that every worker knows the same without a database.</summary>
internal static class Catalogue
{
    private static readonly FrozenDictionary<string, Article> _articles = new Dictionary<string, Article>(StringComparer.OrdinalIgnoreCase)
    {
        ["tea"] = new(4.20m, 900),
        ["coffee"] = new(7.90m, 400),
        ["cocoa"] = new(3.10m, 120),
        ["unicorn"] = new(999m, 0),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The articles that have stock.</summary>
    public static IReadOnlyList<string> InStock { get; } = ["tea", "coffee", "cocoa"];

    /// <summary>An article that never has stock.</summary>
    public const string SoldOut = "unicorn";

    public static bool TryFind(string sku, out Article article) => _articles.TryGetValue(sku, out article);
}

/// <summary>An article.</summary>
/// <param name="Price">The price of one.</param>
/// <param name="Stock">How many there are.</param>
internal readonly record struct Article(decimal Price, int Stock);
