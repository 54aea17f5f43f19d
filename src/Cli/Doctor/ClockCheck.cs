using System.Globalization;
using Messaging.RabbitMq;

namespace Messaging.Cli.Doctor;

/// <summary>Compares this machine's clock with the broker's.</summary>
internal static class ClockCheck
{
    // The broker's time comes in whole seconds, and takes its way.
    private static readonly TimeSpan _tolerance = TimeSpan.FromSeconds(5);

    public static async Task<Finding> RunAsync(BrokerProbe probe, TimeProvider time, TimeSpan limit, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow();
        var there = await probe.ReadClockAsync(limit, cancellationToken).ConfigureAwait(false);
        return Judge(there, before, time.GetUtcNow());
    }

    /// <param name="there">The broker's time; null where it could not be read.</param>
    /// <param name="before">The time here before it was asked.</param>
    /// <param name="after">The time here after it had answered.</param>
    public static Finding Judge(DateTimeOffset? there, DateTimeOffset before, DateTimeOffset after)
    {
        if (there is not { } known)
        {
            return new Finding("clock", FindingState.Skipped, "the broker's clock could not be read");
        }

        // A whole second was cut off on average by half.
        var apart = known + TimeSpan.FromMilliseconds(500) - (before + ((after - before) / 2));
        if (apart.Duration() <= _tolerance)
        {
            return new Finding("clock", FindingState.Good, "the broker's and this machine's agree");
        }

        var words = string.Create(
            CultureInfo.InvariantCulture,
            $"the broker's clock is {Math.Abs(apart.TotalSeconds):0} s {(apart < TimeSpan.Zero ? "behind" : "ahead of")} this machine's");
        return new Finding("clock", FindingState.Fault, words, "Set both by NTP. Deadlines don't depend on clocks, but dead letters' times, certificates and logs do.");
    }
}
