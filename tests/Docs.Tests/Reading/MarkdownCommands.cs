namespace Messaging.Docs.Tests.Reading;

/// <summary>Finds the commands in a document: what stands in fenced blocks without a language, or of a shell's, and begins as a command does; and what is run from source in the middle of a sentence.</summary>
internal static class MarkdownCommands
{
    private const string Fence = "```";

    private static readonly string[] _languages = ["", "sh", "bash", "console"];

    // What else stands in such blocks is what commands print.
    private static readonly string[] _programs =
        ["dotnet", "docker", "curl", "messaging", "kubectl", "npm", "rabbitmqctl", "promtool", "apt-get", "sudo", "grpcurl"];

    public static IEnumerable<ShellCommand> Read(string document)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, document));
        string? language = null;
        for (var index = 0; index < lines.Length; index++)
        {
            var line = lines[index].Trim();
            if (line.StartsWith(Fence, StringComparison.Ordinal))
            {
                language = language is null ? line[Fence.Length..].Trim() : null;
            }
            else if (language is not null && _languages.Contains(language, StringComparer.Ordinal))
            {
                var first = index;
                while (line.EndsWith('\\') && index + 1 < lines.Length)
                {
                    line = $"{line[..^1].TrimEnd()} {lines[++index].Trim()}";
                }

                line = WithoutPrompt(line);
                if (IsCommand(line))
                {
                    yield return new ShellCommand(document, first + 1, line) { Printed = [.. lines.Skip(index + 1).TakeWhile(static next => !next.Trim().StartsWith(Fence, StringComparison.Ordinal) && !IsCommand(WithoutPrompt(next)))] };
                }
            }
            else if (language is null)
            {
                foreach (var code in line.Split('`').Where(static (_, part) => part % 2 == 1).Where(static code => code.StartsWith("dotnet run ", StringComparison.Ordinal)))
                {
                    yield return new ShellCommand(document, index + 1, code);
                }
            }
        }
    }

    private static string WithoutPrompt(string line) => line.StartsWith("$ ", StringComparison.Ordinal) ? line[2..] : line;

    private static bool IsCommand(string line)
    {
        var first = line.Split(' ', 2)[0];
        return first.StartsWith("./", StringComparison.Ordinal)
            || _programs.Contains(first, StringComparer.Ordinal)
            || first.StartsWith("Messaging__", StringComparison.Ordinal)
            || first.StartsWith("MESSAGING_", StringComparison.Ordinal)
            || first.StartsWith("OTEL_", StringComparison.Ordinal);
    }
}
