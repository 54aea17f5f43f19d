using System.Diagnostics;
using System.Reflection;

namespace Messaging.Cli.Tests;

/// <summary>The tool as a process of its own, with its two outputs apart.</summary>
internal static class CliProcess
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    /// <summary>The tool's assembly.</summary>
    public static string Program { get; } = typeof(CliProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static one => string.Equals(one.Key, "Program", StringComparison.Ordinal)).Value!;

    public static async Task<CliResult> RunAsync(Uri? broker, string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [Program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("MESSAGING_BROKER");
        if (broker is not null)
        {
            start.Environment["MESSAGING_BROKER"] = broker.AbsoluteUri;
        }

        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(_limit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.StandardInput.WriteAsync((input ?? string.Empty).AsMemory(), limit.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
            return new CliResult(process.ExitCode, (await output).Trim(), (await error).Trim());
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}

internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    public override string ToString() => $"exit {ExitCode}\n{Output}\n--- error\n{Error}";
}
