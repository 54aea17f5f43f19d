using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Messaging.RabbitMq.Tests.Support;

/// <summary>Keeps what was logged.</summary>
internal sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _entries = new();

    /// <summary>The warnings and worse, to be awaited.</summary>
    public Mailbox<string> Warnings { get; } = new();

    public IEnumerable<string> AtLeast(LogLevel level) => _entries.Where(entry => entry.Level >= level).Select(entry => entry.Text);

    public ILogger CreateLogger(string categoryName) => new Recorder(this);

    public void Dispose()
    {
    }

    private sealed class Recorder(LogRecorder owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = $"{formatter(state, exception)} {exception}";
            owner._entries.Enqueue((logLevel, text));
            if (logLevel >= LogLevel.Warning)
            {
                owner.Warnings.Add(text);
            }
        }
    }
}
