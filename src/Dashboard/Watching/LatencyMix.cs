using System.Runtime.InteropServices;

namespace Messaging.Watching;

/// <summary>
/// Percentiles of several instances or operations as one. They can't be computed from those of the parts, so that what is
/// shown is said to be: for the median, the parts' medians weighted by their rates; for the 99th percentile, that of the
/// slowest part, which no more than one in a hundred exceeded in all.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct LatencyMix
{
    private double _weight;
    private double _weighted;
    private double? _worst;

    /// <summary>In milliseconds; null where no handler ended.</summary>
    public readonly double? Median => _weight > 0 ? Math.Round(_weighted / _weight, 3) : null;

    /// <summary>In milliseconds; null where no handler ended.</summary>
    public readonly double? Percentile99 => _worst;

    public void Add(OperationLoad load)
    {
        if (load.Median is { } median)
        {
            // One whose rate rounds to nothing still counts.
            var weight = Math.Max(load.Rate, 1e-6);
            _weight += weight;
            _weighted += weight * median.TotalMilliseconds;
        }

        if (load.Percentile99 is { } percentile)
        {
            _worst = Math.Max(_worst ?? 0, Math.Round(percentile.TotalMilliseconds, 3));
        }
    }
}
