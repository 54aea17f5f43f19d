using Microsoft.Extensions.Logging;

namespace Messaging.Faults.Mischief;

/// <summary>A log provider that throws at whatever the library says, as one does whose disk is full.</summary>
internal sealed class MischiefLogs(Dice dice) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith(nameof(Messaging), StringComparison.Ordinal) && !categoryName.StartsWith("Messaging.Faults", StringComparison.Ordinal)
            ? new Logger(dice)
            : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public void Dispose()
    {
    }

    private sealed class Logger(Dice dice) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => dice.Strikes() ? throw new IOException("Mischief: a log provider throws when it is asked.") : true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (dice.Strikes())
            {
                throw new IOException("Mischief: a log provider throws.");
            }
        }
    }
}
