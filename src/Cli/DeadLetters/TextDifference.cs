namespace Messaging.Cli.DeadLetters;

/// <summary>The lines that differ between two texts.</summary>
internal static class TextDifference
{
    // Beyond it everything between what both begin and end with is shown as changed: the table would grow with the square.
    private const int MaxLines = 2000;

    /// <summary>Lines with <c>-</c>, <c>+</c> or a blank in front.</summary>
    public static IReadOnlyList<string> Between(string before, string after)
    {
        var (old, now) = (before.Split('\n'), after.Split('\n'));
        var start = 0;
        while (start < old.Length && start < now.Length && Same(old[start], now[start]))
        {
            start++;
        }

        var end = 0;
        while (end < old.Length - start && end < now.Length - start && Same(old[^(end + 1)], now[^(end + 1)]))
        {
            end++;
        }

        var lines = new List<string>(old[..start].Select(static line => "  " + line));
        lines.AddRange(Middle(old[start..(old.Length - end)], now[start..(now.Length - end)]));
        lines.AddRange(old[(old.Length - end)..].Select(static line => "  " + line));
        return lines;
    }

    private static List<string> Middle(string[] old, string[] now)
    {
        if (old.Length > MaxLines || now.Length > MaxLines)
        {
            return [.. old.Select(static line => "- " + line), .. now.Select(static line => "+ " + line)];
        }

        // The length of the longest common rest, from each pair of lines.
        var common = new int[old.Length + 1, now.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = now.Length - 1; j >= 0; j--)
            {
                common[i, j] = Same(old[i], now[j]) ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var lines = new List<string>();
        for (int i = 0, j = 0; i < old.Length || j < now.Length;)
        {
            if (i < old.Length && j < now.Length && Same(old[i], now[j]))
            {
                lines.Add("  " + old[i++]);
                j++;
            }
            else if (j == now.Length || (i < old.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                lines.Add("- " + old[i++]);
            }
            else
            {
                lines.Add("+ " + now[j++]);
            }
        }

        return lines;
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.Ordinal);
}
