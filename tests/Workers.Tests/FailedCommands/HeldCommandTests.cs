using System.Collections.Concurrent;
using Messaging.Calls.Contract;
using Messaging.Health;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Messaging;

/// <summary>Failed commands that the broker does not take where they have to go.</summary>
public sealed class HeldCommandTests : IDisposable
{
    private const string Commands = "calc.commands";
    private const string DeadLetters = "calc.dead";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private readonly ConcurrentQueue<string> _runs = new();
    private readonly Recorder _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task It_is_said_once_when_it_begins_and_once_when_it_is_over_and_dead_lettered_is_said_when_it_is_true()
    {
        await using var application = await StartAsync();
        application.Faults.LimitQueue(DeadLetters, 0);
        await SendAsync(application, "a", "b", "c");
        await UntilAsync(() => Health(application).Trouble is { } held && held.Contains("holds 3 commands", StringComparison.Ordinal));
        var before = _log.Count(201);

        application.Faults.LimitQueue(DeadLetters, null);
        await UntilAsync(() => application.Faults.Peek(DeadLetters).Count == 3);
        await UntilAsync(() => _log.Count(241) == 1);

        Assert.Equal((0, 1, 3), (before, _log.Count(240), _log.Count(201)));
        Assert.Equal(["a", "b", "c"], _runs.Order(StringComparer.Ordinal));
        Assert.Equal(ParticipantState.Ready, Health(application).State);
    }

    [Fact]
    public async Task A_retry_that_the_broker_does_not_take_is_held_too()
    {
        await using var application = await StartAsync(static options => (options.CommandRetry.MaxAttempts, options.CommandRetry.ImmediateRetries) = (2, 0));
        application.Faults.RefuseConfirms = true;
        Put(application, "a");
        await UntilAsync(() => Health(application).Trouble is not null);

        application.Faults.RefuseConfirms = false;
        await UntilAsync(() => application.Faults.Delayed == 1);

        Assert.Equal(["a"], _runs);
    }

    [Fact]
    public async Task A_worker_that_stops_gives_back_what_it_holds_and_no_attempt_of_the_handler_is_begun()
    {
        var application = await StartAsync();
        var broker = application.Broker;
        application.Faults.LimitQueue(DeadLetters, 0);
        await SendAsync(application, "a", "b");
        await UntilAsync(() => Health(application).Trouble is not null && _runs.Count == 2);

        var waiting = broker.Faults;
        await application.StopAsync();

        Assert.Equal(2, waiting.Peek(Commands).Count);
        Assert.Equal(["a", "b"], _runs.Order(StringComparer.Ordinal));
        await application.DisposeAsync();
    }

    [Fact]
    public async Task What_is_held_for_longer_than_the_limit_goes_back_before_the_broker_loses_patience()
    {
        var time = new FakeTimeProvider();
        await using var application = await StartAsync(
            static options => (options.OrderedHoldLimit, options.CommandDeliveryLimit) = (TimeSpan.FromMinutes(1), 1000),
            services => services.AddSingleton<TimeProvider>(time));
        application.Faults.LimitQueue(DeadLetters, 0);
        Put(application, "a");
        await UntilAsync(() => Health(application).Trouble is not null);

        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(5));
            return _runs.Count >= 2;
        });

        Assert.Contains(_log.Texts, static text => text.Contains("goes back to its own queue", StringComparison.Ordinal));
    }

    private Task<InMemoryApplication> StartAsync(Action<WorkerOptions>? configure = null, Action<IServiceCollection>? services = null) => InMemoryApplication.StartAsync(
        new CalcScript
        {
            Record = (note, _) =>
            {
                _runs.Enqueue(note.Text);
                throw new InvalidOperationException("it fails");
            },
        },
        options =>
        {
            options.CommandRetry.MaxAttempts = 1;
            configure?.Invoke(options);
        },
        collection =>
        {
            collection.AddLogging(logging => logging.AddProvider(_log));
            services?.Invoke(collection);
        });

    private static async Task SendAsync(InMemoryApplication application, params string[] texts)
    {
        foreach (var text in texts)
        {
            await application.Calc.RecordAsync(new Note(text), Token);
        }
    }

    private static void Put(InMemoryApplication application, string text) => Assert.True(application.Faults.RawPublish(
        Commands,
        new InboundMessage { Type = "Record", ContentType = "application/json", MessageId = text, Body = System.Text.Encoding.UTF8.GetBytes($$"""{"text":"{{text}}"}""") },
        persistent: true));

    private static ParticipantHealth Health(InMemoryApplication application) =>
        application.Participants.All.Select(static one => one.Health).Single(static one => one.Name is "worker calc");

    private static async Task UntilAsync(Func<bool> condition)
    {
        var limit = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (!condition())
        {
            Assert.InRange(Environment.TickCount64, 0, limit);
            await Task.Delay(5, Token);
        }
    }

    private sealed class Recorder : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<(int Id, string Text)> _lines = new();

        public IEnumerable<string> Texts => _lines.Select(static line => line.Text);

        public int Count(int id) => _lines.Count(line => line.Id == id);

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue((eventId.Id, formatter(state, exception)));
    }
}
