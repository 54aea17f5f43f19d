using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Messaging.Observers;

/// <summary>What throws that only watches.</summary>
public sealed class ObserverTests
{
    [Fact]
    public void An_instrument_counts_although_a_listener_throws_that_is_told_of_it()
    {
        using var meter = new Meter("observer-tests");
        using var throws = new MeterListener { InstrumentPublished = (instrument, _) => Throw(instrument, meter) };
        throws.Start();
        var counted = 0L;
        using var counts = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, meter))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        counts.SetMeasurementEventCallback<long>((_, measurement, _, _) => counted += measurement);

        var counter = new InstrumentMaker(meter).Counter("of-apples", "{apple}", "Apples.");
        counts.Start();
        counter.Add(3);

        Assert.Equal(3, counted);
    }

    [Fact]
    public void A_measurement_that_a_listener_refuses_is_no_failure_and_is_counted()
    {
        using var meter = new Meter("observer-tests");
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, meter))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => throw new InvalidOperationException("full"));
        listener.Start();
        var before = ObserverFailures.CountOf(Observer.Meters);

        new InstrumentMaker(meter).Counter("of-pears", "{pear}", "Pears.").Add(1, new KeyValuePair<string, object?>("tree", "7"));

        Assert.True(ObserverFailures.CountOf(Observer.Meters) > before);
        Assert.Contains("full", ObserverFailures.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_whose_exception_can_t_be_read_is_written_with_its_type()
    {
        using var lines = new Lines();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(lines));

        new GuardedLogger<ObserverTests>(factory).Log(LogLevel.Error, 7, "state", new Unreadable(), static (state, _) => $"the line of {state}");

        var (text, exception) = Assert.Single(lines.Written);
        Assert.Equal("the line of state", text);
        Assert.Contains(nameof(Unreadable), exception, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_can_t_be_made_is_none()
    {
        using var factory = LoggerFactory.Create(static logging => logging.AddProvider(new Broken()));

        var logger = new GuardedLogger<ObserverTests>(factory);
        logger.Log(LogLevel.Error, 7, "state", null, static (state, _) => state);

        Assert.False(logger.IsEnabled(LogLevel.Error));
    }

    private static void Throw(Instrument instrument, Meter meter)
    {
        if (ReferenceEquals(instrument.Meter, meter))
        {
            throw new InvalidOperationException("not this one");
        }
    }

    private sealed class Unreadable : Exception
    {
        public override string Message => throw new InvalidOperationException("no message");

        public override string ToString() => Message;
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public List<(string Text, string? Exception)> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add((formatter(state, exception), exception?.ToString()));

        public void Dispose()
        {
        }
    }

    private sealed class Broken : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => throw new InvalidOperationException("no log");

        public void Dispose()
        {
        }
    }
}
