using Microsoft.Extensions.Logging;

namespace Messaging.Calls.Contract;

/// <summary>Writes logs to the running test's output.</summary>
internal sealed class TestOutputLogs : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (TestContext.Current.TestOutputHelper is { } output)
        {
            try
            {
                output.WriteLine($"{logLevel}: {formatter(state, exception)} {exception}");
            }
            catch (InvalidOperationException)
            {
                // Logged after the test has ended; there is nowhere to write it.
            }
        }
    }

    public void Dispose()
    {
    }
}
