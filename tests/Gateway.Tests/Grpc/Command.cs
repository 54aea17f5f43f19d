using System.ComponentModel;
using System.Diagnostics;

namespace Messaging.Gateway.Tests.Grpc;

/// <summary>A program of another language, run to its end.</summary>
internal static class Command
{
    public static async Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments, string folder, CancellationToken cancellationToken)
    {
        using var process = Start(program, arguments, folder);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await error);
    }

    private static Process Start(string program, IEnumerable<string> arguments, string folder)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException(
                $"This test needs '{program}', which can't be started ({exception.Message}): apt-get install nodejs npm python3-grpcio protobuf-compiler, or run ./test.sh, which does.", exception);
        }
    }
}
