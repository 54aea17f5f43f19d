namespace Messaging.Cli.Output;

/// <summary>Ends the command with one line on the error output.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="message">What is wrong and what to do next.</param>
/// <param name="innerException">What caused it.</param>
internal sealed class CliException(int exitCode, string message, Exception? innerException = null) : Exception(message, innerException)
{
    public int Code { get; } = exitCode;

    public static CliException Usage(string message) => new(ExitCode.Usage, message);
}
