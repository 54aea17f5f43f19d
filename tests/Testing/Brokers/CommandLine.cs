using System.Diagnostics;
using System.Globalization;

namespace Messaging.Testing.Brokers;

/// <summary>Runs a program to its end.</summary>
internal static class CommandLine
{
    public static async Task<string> RunAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            var code = process.ExitCode.ToString(CultureInfo.InvariantCulture);
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {code}: {await errors}{await output}");
        }

        return await output;
    }
}
