using System.CommandLine;
using Messaging.Cli.Output;

namespace Messaging.Cli.Calling;

/// <summary><c>--header name:value</c>, any number of times.</summary>
internal static class HeaderOption
{
    public static Option<string[]> Create() => new("--header", "-H")
    {
        Description = "A header of the caller's, as name:value. May be repeated.",
        HelpName = "name:value",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <exception cref="CliException">One is not of the form name:value.</exception>
    public static IReadOnlyDictionary<string, string>? Read(string[]? given)
    {
        if (given is null or [])
        {
            return null;
        }

        var headers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var header in given)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1)
            {
                throw CliException.Usage($"The header '{header}' has no name: write --header name:value.");
            }

            headers[header[..colon].Trim()] = header[(colon + 1)..].Trim();
        }

        return headers;
    }
}
