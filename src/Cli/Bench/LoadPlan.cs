using Messaging.Cli.Output;

namespace Messaging.Cli.Bench;

/// <summary>How to load.</summary>
internal sealed record LoadPlan(int Callers, TimeSpan Warmup, TimeSpan Duration, long? Count, double? Rate)
{
    private const int MaxCallers = 10_000;

    /// <exception cref="CliException">It can't be done.</exception>
    public void Check()
    {
        if (Callers is < 1 or > MaxCallers)
        {
            throw CliException.Usage($"--callers is {Callers}: give 1 to {MaxCallers}.");
        }

        if (Count is < 1)
        {
            throw CliException.Usage($"--count is {Count}: give 1 or more.");
        }

        if (Rate is { } rate && !(rate is >= 0.01 and <= 1_000_000))
        {
            throw CliException.Usage($"--rate is {rate}: give 0.01 to 1000000 calls a second.");
        }
    }
}

/// <summary>What the measured calls took, and how they ended.</summary>
internal sealed record LoadResult(LatencyHistogram Latencies, IReadOnlyDictionary<StatusCode, long> Outcomes, TimeSpan Took);
