using System.Reflection;
using Messaging.Testing.Processes;

namespace Messaging.Samples.Tests;

/// <summary>The samples, run as processes of their own.</summary>
internal static class SampleProcess
{
    public static DotnetProcess StartOrders(params string[] args) => DotnetProcess.Start(Metadata("Orders"), args);

    public static DotnetProcess StartOrders(IReadOnlyDictionary<string, string> settings, params string[] args) =>
        DotnetProcess.Start(Metadata("Orders"), settings, args);

    public static DotnetProcess StartGreeter(params string[] args) => DotnetProcess.Start(Metadata("Greeter"), args);

    /// <summary>Runs Orders to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunOrdersAsync(CancellationToken ct, params string[] args)
    {
        await using var process = StartOrders(args);
        return await process.EndAsync(ct);
    }

    /// <summary>What the project file says under a name.</summary>
    public static string Metadata(string key) => typeof(SampleProcess).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => string.Equals(metadata.Key, key, StringComparison.Ordinal)).Value!;
}
