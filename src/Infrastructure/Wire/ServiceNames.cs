namespace Messaging.Wire;

/// <summary>Tells the names that a service can have from those of other queues, where no contract has been checked.</summary>
internal static class ServiceNames
{
    private const int MaxLength = 100;

    /// <summary>Whether a contract could have this wire name.</summary>
    public static bool IsValid(string name)
    {
        if (name.Length is 0 or > MaxLength || !char.IsAsciiLetter(name[0]))
        {
            return false;
        }

        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return !name.StartsWith("messaging.", StringComparison.Ordinal)
            && !name.StartsWith("amq.", StringComparison.Ordinal)
            && !name.EndsWith(".commands", StringComparison.Ordinal)
            && !name.EndsWith(".dead", StringComparison.Ordinal)
            && !IsCommandsQueue(name);
    }

    private static bool IsCommandsQueue(string name)
    {
        const string marker = ".commands.";
        var at = name.LastIndexOf(marker, StringComparison.Ordinal);
        if (at < 0)
        {
            return false;
        }

        var last = name.AsSpan(at + marker.Length);
        return last is "high" || (last.Length > 0 && !last.ContainsAnyExceptInRange('0', '9'));
    }
}
