using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Messaging.Generator.Tests;

/// <summary>
/// Compares generated code with a file under <c>Snapshots</c>. Run the tests with
/// <c>MESSAGING_UPDATE_SNAPSHOTS=1</c> to take what is generated now as right, and review the difference.
/// </summary>
internal static partial class Snapshot
{
    private const string UpdateVariable = "MESSAGING_UPDATE_SNAPSHOTS";

    public static void Match(string name, string actual, [CallerFilePath] string testFile = "")
    {
        actual = Version().Replace(actual, "\"Messaging.Contracts.Generator\", \"{version}\"");
        var file = Path.Combine("Snapshots", name + ".cs.txt");
        if (string.Equals(Environment.GetEnvironmentVariable(UpdateVariable), "1", StringComparison.Ordinal))
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(testFile)!, file), actual);
            return;
        }

        var path = Path.Combine(AppContext.BaseDirectory, file);
        var expected = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : string.Empty;
        if (!string.Equals(expected, actual, StringComparison.Ordinal))
        {
            Assert.Fail($"{file} differs. {FirstDifference(expected, actual)}\n"
                + $"If what is generated now is right, run the tests with {UpdateVariable}=1 and commit the file.");
        }
    }

    private static string FirstDifference(string expected, string actual)
    {
        var expectedLines = expected.Split('\n');
        var actualLines = actual.Split('\n');
        var line = 0;
        while (line < expectedLines.Length && line < actualLines.Length
            && string.Equals(expectedLines[line], actualLines[line], StringComparison.Ordinal))
        {
            line++;
        }

        return $"Line {line + 1}:\n  expected: {At(expectedLines, line)}\n  actual:   {At(actualLines, line)}";
    }

    private static string At(string[] lines, int line) => line < lines.Length ? lines[line] : "(end of file)";

    [GeneratedRegex("\"Messaging\\.Contracts\\.Generator\", \"[^\"]*\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
