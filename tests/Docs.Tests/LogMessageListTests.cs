using System.Text.RegularExpressions;
using Messaging.Docs.Tests.Reading;

namespace Messaging.Docs.Tests;

/// <summary>docs/logs.md has every log message as it is, and no id stands for two.</summary>
public sealed partial class LogMessageListTests
{
    private static readonly List<string> _sources =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(File.ReadAllText),
    ];

    private static readonly List<string> _logged =
    [
        .. _sources.SelectMany(static source => LogMessageAttribute().Matches(source))
            .Select(static found => $"{found.Groups["id"].Value} | {found.Groups["level"].Value} | {found.Groups["message"].Value.Replace("\\\"", "\"", StringComparison.Ordinal)}"),
    ];

    [Fact]
    public void Every_message_is_listed_as_it_is()
    {
        var listed = File.ReadLines(Path.Combine(Repository.Root, "docs", "logs.md"))
            .Where(static line => ListedRow().IsMatch(line))
            .Select(static line => string.Join(" | ", line.Trim('|').Split('|').Take(3).Select(static cell => cell.Trim())));

        Assert.Equal(_logged.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_message_is_found_in_the_source() =>
        Assert.Equal(_sources.Sum(static source => source.Split("[LoggerMessage(").Length - 1), _logged.Count);

    [Fact]
    public void No_id_stands_for_two_messages() =>
        Assert.Empty(_logged.GroupBy(static message => message.Split(' ', 2)[0], StringComparer.Ordinal).Where(static same => same.Count() > 1).Select(static same => string.Join('\n', same)));

    [GeneratedRegex("""\[LoggerMessage\(\s*(?:EventId = )?(?<id>\d+),\s*(?:Level = )?LogLevel\.(?<level>\w+),\s*(?:Message = )?"(?<message>(?:[^"\\]|\\.)*)"\)\]""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LogMessageAttribute();

    [GeneratedRegex(@"^\| \d+ \|", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ListedRow();
}
