using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Observers;

/// <summary>
/// The application's log, as everything here writes to it. A provider that throws costs its own line and nothing else:
/// no call, no loop. A line that can't be written because of its exception's own text is written without that.
/// </summary>
/// <typeparam name="T">Who writes; names the category.</typeparam>
internal sealed class GuardedLogger<T>(ILoggerFactory factory) : ILogger<T>
{
    private readonly ILogger _inner = Create(factory);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return _inner.IsEnabled(logLevel);
        }
        catch (Exception exception)
        {
            ObserverFailures.Count(Observer.Logger, exception);

            // Whether the others want the line is not known, so they get it.
            return true;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            _inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception failure)
        {
            ObserverFailures.Count(Observer.Logger, failure);
            if (exception is not null && ExceptionText.Readable(exception) is var readable && !ReferenceEquals(readable, exception))
            {
                Log(logLevel, eventId, state, readable, formatter);
            }
        }
    }

    private static ILogger Create(ILoggerFactory factory)
    {
        try
        {
            return factory.CreateLogger<T>();
        }
        catch (Exception exception)
        {
            ObserverFailures.Count(Observer.Logger, exception);
            return NullLogger.Instance;
        }
    }
}
