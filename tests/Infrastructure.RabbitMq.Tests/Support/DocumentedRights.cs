using System.Text.RegularExpressions;

namespace Messaging.RabbitMq.Tests.Support;

/// <summary>What docs/deployment.md tells to grant to a user, read from its table.</summary>
public sealed partial record DocumentedRights(string Configure, string Write, string Read)
{
    private const string ServiceInDocument = "orders";

    /// <summary>The rights of one row, for another service than the document's.</summary>
    /// <param name="who">The row's first cell.</param>
    /// <param name="service">The service.</param>
    public static DocumentedRights Of(string who, string service)
    {
        using var document = typeof(DocumentedRights).Assembly.GetManifestResourceStream("deployment.md")!;
        using var reader = new StreamReader(document);
        while (reader.ReadLine() is { } line)
        {
            // "", who, configure, write, read, "".
            var cells = ColumnBorder().Split(line);
            if (cells.Length == 6 && string.Equals(cells[1].Trim(), who, StringComparison.Ordinal))
            {
                return new DocumentedRights(Expression(cells[2]), Expression(cells[3]), Expression(cells[4]));
            }
        }

        throw new InvalidOperationException($"docs/deployment.md has no row '{who}' in its table of permissions.");

        string Expression(string cell) =>
            cell.Trim().Trim('`').Replace(@"\|", "|", StringComparison.Ordinal).Replace(ServiceInDocument, Regex.Escape(service), StringComparison.Ordinal) is { Length: > 0 } expression
                ? expression
                : "^$";
    }

    [GeneratedRegex(@"(?<!\\)\|", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ColumnBorder();
}
