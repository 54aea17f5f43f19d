using System.Diagnostics.Metrics;

namespace Messaging.Observers;

/// <summary>Makes instruments although a listener throws that is told of them.</summary>
internal sealed class InstrumentMaker(Meter meter)
{
    public GuardedCounter Counter(string name, string unit, string description) =>
        new(Make(name, () => meter.CreateCounter<long>(name, unit, description)));

    public GuardedHistogram<T> Histogram<T>(string name, string unit, string description, InstrumentAdvice<T>? advice)
        where T : struct =>
        new(Make(name, () => meter.CreateHistogram(name, unit, description, tags: null, advice)));

    public void Observe(string name, Func<ObservableInstrument<long>> create) => Make<ObservableInstrument<long>>(name, create);

    private TInstrument? Make<TInstrument>(string name, Func<TInstrument> create)
        where TInstrument : Instrument
    {
        try
        {
            return create();
        }
        catch (Exception exception)
        {
            // It is there all the same, and others may listen to it already: only the constructor has not returned.
            ObserverFailures.Count(Observer.Meters, exception);
            return Find<TInstrument>(name);
        }
    }

    private TInstrument? Find<TInstrument>(string name)
        where TInstrument : Instrument
    {
        TInstrument? found = null;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter, meter) && string.Equals(instrument.Name, name, StringComparison.Ordinal))
                {
                    found ??= instrument as TInstrument;
                }
            },
        };
        listener.Start();
        return found;
    }
}

/// <summary>A counter whose listeners may throw.</summary>
internal sealed class GuardedCounter(Counter<long>? counter)
{
    public void Add(long delta)
    {
        try
        {
            counter?.Add(delta);
        }
        catch (Exception exception)
        {
            ObserverFailures.Count(Observer.Meters, exception);
        }
    }

    public void Add(long delta, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter?.Add(delta, tags);
        }
        catch (Exception exception)
        {
            ObserverFailures.Count(Observer.Meters, exception);
        }
    }

    public void Add(long delta, KeyValuePair<string, object?> tag)
    {
        try
        {
            counter?.Add(delta, tag);
        }
        catch (Exception exception)
        {
            ObserverFailures.Count(Observer.Meters, exception);
        }
    }
}

/// <summary>A histogram whose listeners may throw.</summary>
internal sealed class GuardedHistogram<T>(Histogram<T>? histogram)
    where T : struct
{
    public bool Enabled => histogram is { Enabled: true };

    public void Record(T value, KeyValuePair<string, object?> tag)
    {
        try
        {
            histogram?.Record(value, tag);
        }
        catch (Exception exception)
        {
            ObserverFailures.Count(Observer.Meters, exception);
        }
    }

    public void Record(T value, in System.Diagnostics.TagList tags)
    {
        try
        {
            histogram?.Record(value, tags);
        }
        catch (Exception exception)
        {
            ObserverFailures.Count(Observer.Meters, exception);
        }
    }
}
