using Microsoft.Extensions.Options;

namespace Messaging.Watching;

/// <summary>The past of all services, as long as the options say, and of no more services than are known.</summary>
internal sealed class HistoryBook(IOptions<DashboardOptions> options)
{
    // What fits a small plot beside a name: two minutes.
    private const int RecentSteps = 60;

    private readonly Lock _lock = new();
    private readonly int _capacity = (int)(options.Value.History / Sampler.Step);
    private readonly Dictionary<string, ServiceHistory> _histories = new(StringComparer.Ordinal);
    private readonly Queue<(long Number, long Time)> _times = new();

    /// <summary>How many services it holds.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _histories.Count;
            }
        }
    }

    public void Add(FleetSnapshot fleet)
    {
        lock (_lock)
        {
            _times.Enqueue((fleet.Number, fleet.At / 1000));
            if (_times.Count > _capacity)
            {
                _times.Dequeue();
            }

            Add(fleet.Number, fleet.Total);
            foreach (var row in fleet.Services)
            {
                Add(fleet.Number, row);
            }
        }
    }

    /// <summary>The past of a service, or of all as one where it is null; one that is not known has gaps alone.</summary>
    public HistoryAnswer Read(string? service)
    {
        lock (_lock)
        {
            if (_times.Count == 0)
            {
                return new HistoryAnswer(0, [], new HistorySeries([], [], [], [], [], [], []), _capacity, null);
            }

            var first = _times.Peek().Number;
            var last = first + _times.Count - 1;
            var history = _histories.GetValueOrDefault(service ?? SampleMaker.TotalName);
            var recent = Math.Max(first, last - RecentSteps + 1);
            return new HistoryAnswer(
                first,
                [.. _times.Select(static pair => pair.Time)],
                (history ?? new ServiceHistory(1)).Read(first, last),
                _capacity,
                service is not null ? null : _histories.Where(static pair => pair.Key is not SampleMaker.TotalName)
                    .ToDictionary(static pair => pair.Key, pair => pair.Value.ReadRates(recent, last), StringComparer.Ordinal));
        }
    }

    private void Add(long number, ServiceRow row)
    {
        if (!_histories.TryGetValue(row.Name, out var history))
        {
            _histories[row.Name] = history = new ServiceHistory(_capacity);
        }

        history.Add(number, row);
    }
}
