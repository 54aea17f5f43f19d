using System.CommandLine;
using Messaging.Cli.Output;
using Messaging.Wire;

namespace Messaging.Cli.Calling;

/// <summary>What is called: a service and a method.</summary>
internal readonly record struct Target(string Service, string Method)
{
    public static Argument<string> Argument { get; } = new("operation") { Description = "The operation as SERVICE/METHOD, e.g. orders/Quote.", HelpName = "SERVICE/METHOD" };

    /// <exception cref="CliException">It is no service's name and method.</exception>
    public static Target Parse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && ServiceNames.IsValid(parts[0]) && parts[1].Length is > 0 and <= 200
            ? new Target(parts[0], parts[1])
            : throw CliException.Usage($"'{text}' names no operation: write SERVICE/METHOD, e.g. orders/Quote. 'messaging describe SERVICE' lists a service's methods.");
    }

    /// <exception cref="CliException">No service can have the name.</exception>
    public static string CheckService(string name) => ServiceNames.IsValid(name)
        ? name
        : throw CliException.Usage($"'{name}' can't be a service's name: a letter, then letters, digits, '-', '_' and '.', and not the name of one of its queues.");

    public override string ToString() => $"{Service}/{Method}";
}
