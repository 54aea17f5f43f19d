using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Messaging.Telemetry.Tests;

/// <summary>Hears what is measured of one service.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly string _service;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measurement> _all = new();

    public Measurements(string service)
    {
        _service = service;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name is "Messaging")
            {
                Instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>All instruments that there are.</summary>
    public ConcurrentBag<Instrument> Instruments { get; } = [];

    /// <summary>What an instrument has measured, in order.</summary>
    public IReadOnlyList<Measurement> Of(string instrument) => [.. _all.Where(one => string.Equals(one.Instrument, instrument, StringComparison.Ordinal))];

    /// <summary>What an instrument says that there is at this moment.</summary>
    public double Read(string instrument)
    {
        _listener.RecordObservableInstruments();
        return Of(instrument)[^1].Value;
    }

    public void Dispose() => _listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var named = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, text) in tags)
        {
            named[name] = text?.ToString();
        }

        if (string.Equals(named.GetValueOrDefault("messaging.destination.name"), _service, StringComparison.Ordinal))
        {
            named.Remove("messaging.destination.name");
            _all.Enqueue(new Measurement(instrument.Name, value, string.Join(", ", named.Select(static tag => $"{tag.Key}={tag.Value}"))));
        }
    }
}

/// <summary>One of them.</summary>
internal sealed record Measurement(string Instrument, double Value, string Tags);
