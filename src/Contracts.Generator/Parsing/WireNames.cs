namespace Messaging.Generator.Parsing;

/// <summary>What names may travel.</summary>
internal static class WireNames
{
    private const int MaxLength = 100;
    private const string Suffix = "Async";

    /// <summary>The wire name of a method that names none itself.</summary>
    public static string OfMethod(string method) =>
        method.Length > Suffix.Length && method.EndsWith(Suffix, StringComparison.Ordinal)
            ? method.Substring(0, method.Length - Suffix.Length)
            : method;

    /// <summary>What is wrong with an operation's name and how to mend it; null if it is good.</summary>
    public static string? ProblemOfOperation(string name)
    {
        if (name.Length is 0 or > MaxLength)
        {
            return $"use 1 to {MaxLength} characters";
        }

        if (!IsLetter(name[0]))
        {
            return "start it with a letter a-z or A-Z";
        }

        foreach (var character in name)
        {
            if (!IsLetter(character) && character is not ((>= '0' and <= '9') or '-' or '_' or '.'))
            {
                return "use only a-z, A-Z, 0-9, '-', '_' and '.'";
            }
        }

        foreach (var prefix in new[] { "messaging.", "amq." })
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                return $"choose one that does not start with '{prefix}', which is reserved";
            }
        }

        return null;
    }

    /// <summary>What is wrong with a service's name and how to mend it; null if it is good.</summary>
    public static string? ProblemOfService(string name)
    {
        if (ProblemOfOperation(name) is { } problem)
        {
            return problem;
        }

        foreach (var suffix in new[] { ".commands", ".dead" })
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal))
            {
                return $"choose one that does not end in '{suffix}', which names another queue of a service";
            }
        }

        if (IsOwnCommandsQueue(name))
        {
            return "choose one that does not end in '.commands.high' or '.commands.' and a number, which name queues of a service";
        }

        return null;
    }

    private static bool IsLetter(char character) => character is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z');

    private static bool IsOwnCommandsQueue(string name)
    {
        const string marker = ".commands.";
        var at = name.LastIndexOf(marker, StringComparison.Ordinal);
        if (at < 0)
        {
            return false;
        }

        var last = name.Substring(at + marker.Length);
        return string.Equals(last, "high", StringComparison.Ordinal) || (last.Length > 0 && last.All(static character => character is >= '0' and <= '9'));
    }
}
