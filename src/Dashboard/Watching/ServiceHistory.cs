namespace Messaging.Watching;

/// <summary>What one service did in the last steps, in rings of a fixed size.</summary>
internal sealed class ServiceHistory
{
    // In the order of the series: what is plotted.
    private const int SeriesCount = 7;

    private readonly float[][] _rings;

    public ServiceHistory(int capacity)
    {
        _rings = new float[SeriesCount][];
        for (var series = 0; series < SeriesCount; series++)
        {
            _rings[series] = new float[capacity];
            Array.Fill(_rings[series], float.NaN);
        }
    }

    /// <summary>The sample that was added last.</summary>
    public long Last { get; private set; } = -1;

    /// <summary>Adds a sample. Those that were left out before it are gaps.</summary>
    public void Add(long number, ServiceRow row)
    {
        var capacity = _rings[0].Length;
        for (var missed = Math.Max(Last + 1, number - capacity); missed < number; missed++)
        {
            foreach (var ring in _rings)
            {
                ring[missed % capacity] = float.NaN;
            }
        }

        var at = number % capacity;
        _rings[0][at] = (float)row.Rate;
        _rings[1][at] = (float)row.Failures;
        _rings[2][at] = Value(row.Median);
        _rings[3][at] = Value(row.Percentile99);
        _rings[4][at] = row.Running;
        _rings[5][at] = Value(row.Waiting);
        _rings[6][at] = Value(row.Dead);
        Last = number;
    }

    /// <summary>The samples from <paramref name="first"/> to <paramref name="last"/>, null for gaps.</summary>
    public HistorySeries Read(long first, long last) => new(
        Read(0, first, last), Read(1, first, last), Read(2, first, last), Read(3, first, last), Read(4, first, last), Read(5, first, last), Read(6, first, last));

    /// <summary>The rates alone.</summary>
    public double?[] ReadRates(long first, long last) => Read(0, first, last);

    private double?[] Read(int series, long first, long last)
    {
        var ring = _rings[series];
        var values = new double?[last - first + 1];
        for (var number = Math.Max(first, Last - ring.Length + 1); number <= Math.Min(last, Last); number++)
        {
            var value = ring[number % ring.Length];
            values[number - first] = float.IsNaN(value) ? null : Math.Round(value, 3);
        }

        return values;
    }

    private static float Value(double? value) => value is { } number ? (float)number : float.NaN;
}

/// <summary>What is plotted: an element a step, null for a gap.</summary>
internal sealed record HistorySeries(double?[] Rate, double?[] Failures, double?[] Median, double?[] Percentile99, double?[] Running, double?[] Waiting, double?[] Dead);

/// <summary>The past, as a page asks for it.</summary>
/// <param name="First">The number of the first sample.</param>
/// <param name="Times">When each was, in seconds since 1970.</param>
/// <param name="Series">Of the service, or of all as one.</param>
/// <param name="Capacity">How many samples are kept.</param>
/// <param name="Rates">The newest rates of each service, for all as one; null for one service.</param>
internal sealed record HistoryAnswer(long First, long[] Times, HistorySeries Series, int Capacity, IReadOnlyDictionary<string, double?[]>? Rates);
