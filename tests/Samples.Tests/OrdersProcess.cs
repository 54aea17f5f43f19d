using System.Diagnostics;
using System.Reflection;

namespace Messaging.Samples.Tests;

/// <summary>The Orders sample, run as a process of its own with nothing but its arguments.</summary>
internal static class OrdersProcess
{
    private static readonly string _program = typeof(OrdersProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "Orders").Value!;

    public static ProcessStartInfo StartInfo(params string[] args)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [_program, .. args])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What the machine running the tests has set must not decide what the sample does.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("Orders__", StringComparison.Ordinal) || name.StartsWith("Messaging__", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        return start;
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(CancellationToken ct, params string[] args)
    {
        using var process = Process.Start(StartInfo(args))!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var errors = process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, await output + await errors);
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
