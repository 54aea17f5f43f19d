namespace Orders.Activity;

/// <summary>Brings what is logged as a warning or worse into the feed: a log line in the middle of a live view would tear it.</summary>
[ProviderAlias("Feed")]
internal sealed class FeedLoggerProvider(ActivityFeed feed, string source) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new FeedLogger(feed, source, categoryName);

    public void Dispose()
    {
    }

    private sealed class FeedLogger(ActivityFeed feed, string source, string category) : ILogger
    {
        private readonly string _subject = category[(category.LastIndexOf('.') + 1)..];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                var cause = exception is null ? string.Empty : $" {exception.GetType().Name}: {exception.Message}";
                feed.Publish(new ActivityEntry(source, Happening.Warned, _subject, formatter(state, exception) + cause));
            }
        }
    }
}
