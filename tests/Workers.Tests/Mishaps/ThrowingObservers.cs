using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Messaging.Mishaps;

/// <summary>Loggers, and listeners of activities and meters, each of which throws now and then.</summary>
internal sealed class ThrowingObservers : ILoggerProvider, ILogger
{
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters = new();
    private volatile int _percent;

    public ThrowingObservers()
    {
        _activities = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is "Messaging",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
            {
                Throw();
                return ActivitySamplingResult.AllDataAndRecorded;
            },
            ActivityStarted = _ => Throw(),
            ActivityStopped = _ => Throw(),
            ExceptionRecorder = (_, _, ref _) => Throw(),
        };
        _meters.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name is "Messaging")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((_, _, _, _) => Throw());
        _meters.SetMeasurementEventCallback<int>((_, _, _, _) => Throw());
        _meters.SetMeasurementEventCallback<double>((_, _, _, _) => Throw());
        Activity.CurrentChanged += OnCurrentChanged;
        ActivitySource.AddActivityListener(_activities);
        _meters.Start();
    }

    /// <summary>How often, of a hundred times, they throw.</summary>
    public int Percent
    {
        get => _percent;
        set => _percent = value;
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel)
    {
        Throw();
        return true;
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Throw();

        // As every provider does that writes.
        _ = formatter(state, exception);
        _ = exception?.ToString();
    }

    public void Dispose()
    {
        _percent = 0;
        Activity.CurrentChanged -= OnCurrentChanged;
        _activities.Dispose();
        _meters.Dispose();
    }

    // Those of the others are none of ours: whoever changes the current activity gets what is thrown.
    private void OnCurrentChanged(object? sender, ActivityChangedEventArgs change)
    {
        if (change.Current is { Source.Name: "Messaging" })
        {
            Throw();
        }
    }

    private void Throw()
    {
        if (Random.Shared.Next(100) < _percent)
        {
            throw new Unreadable(Random.Shared.Next(3));
        }
    }
}
