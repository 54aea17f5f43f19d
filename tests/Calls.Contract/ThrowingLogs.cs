using Microsoft.Extensions.Logging;

namespace Messaging.Calls.Contract;

/// <summary>A log provider that throws whatever it is asked, of what is Messaging's.</summary>
internal sealed class ThrowingLogs : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Logger(categoryName.StartsWith("Messaging", StringComparison.Ordinal));

    public void Dispose()
    {
    }

    private sealed class Logger(bool throws) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => throws ? throw new InvalidOperationException("The log is full.") : false;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (throws)
            {
                throw new InvalidOperationException("The log is full.");
            }
        }
    }
}
