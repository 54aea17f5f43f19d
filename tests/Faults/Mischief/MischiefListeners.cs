using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Messaging.Faults.Mischief;

/// <summary>Listeners of the library's activities and meters whose callbacks throw.</summary>
internal sealed class MischiefListeners : IDisposable
{
    private readonly Dice _dice;
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters;

    public MischiefListeners(Dice dice)
    {
        _dice = dice;
        _activities = new ActivityListener
        {
            ShouldListenTo = static source => string.Equals(source.Name, nameof(Messaging), StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => Sample(),
            SampleUsingParentId = (ref ActivityCreationOptions<string> _) => Sample(),
            ActivityStarted = _ => Throw("an activity starts"),
            ActivityStopped = _ => Throw("an activity stops"),
        };
        ActivitySource.AddActivityListener(_activities);
        _meters = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (string.Equals(instrument.Meter.Name, nameof(Messaging), StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _meters.SetMeasurementEventCallback<long>((_, _, _, _) => Throw("a count is measured"));
        _meters.SetMeasurementEventCallback<int>((_, _, _, _) => Throw("a number is measured"));
        _meters.SetMeasurementEventCallback<double>((_, _, _, _) => Throw("a duration is measured"));
        _meters.Start();
    }

    public void Dispose()
    {
        _activities.Dispose();
        _meters.Dispose();
    }

    private ActivitySamplingResult Sample()
    {
        Throw("an activity is sampled");
        return ActivitySamplingResult.AllDataAndRecorded;
    }

    private void Throw(string when)
    {
        if (_dice.Strikes())
        {
            throw new InvalidOperationException($"Mischief: a listener throws when {when}.");
        }
    }
}
