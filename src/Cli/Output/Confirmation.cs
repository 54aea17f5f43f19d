namespace Messaging.Cli.Output;

/// <summary>Asks before what can't be undone.</summary>
internal static class Confirmation
{
    /// <exception cref="CliException">The answer is not yes, or there is nobody to ask.</exception>
    public static void Require(CommandOutput output, bool yes, string question)
    {
        if (yes)
        {
            return;
        }

        if (output.Json || Console.IsInputRedirected)
        {
            throw new CliException(ExitCode.NotConfirmed, $"{question} There is no terminal to ask: add --yes to do it. Nothing was changed.");
        }

        output.Note($"{question} [y/N]");
        if (Console.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
        {
            throw new CliException(ExitCode.NotConfirmed, "Not confirmed. Nothing was changed.");
        }
    }
}
