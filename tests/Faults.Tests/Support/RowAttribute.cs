using Xunit.v3;

namespace Messaging.Faults.Tests.Support;

/// <summary>The rows of docs/faults.md that a test covers, as the trait <c>Row</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RowAttribute(params int[] rows) : Attribute, ITraitAttribute
{
    /// <inheritdoc/>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() =>
        [.. rows.Select(row => new KeyValuePair<string, string>("Row", row.ToString(System.Globalization.CultureInfo.InvariantCulture)))];
}
