using Messaging.InMemory;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Catalogue;

public sealed class ServiceCatalogueTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryBroker _broker;
    private readonly CountingLogs _logs = new();
    private readonly ServiceProvider _services;

    public ServiceCatalogueTests()
    {
        _broker = new InMemoryBroker(_time);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_time);
        services.AddLogging(logging => logging.AddProvider(_logs));
        services.AddMessaging().UseInMemory(_broker);
        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IServiceCatalogue Catalogue => _services.GetRequiredService<IServiceCatalogue>();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _broker.Dispose();
    }

    [Fact]
    public async Task Who_is_not_heard_of_within_two_and_a_half_of_its_intervals_is_forgotten()
    {
        await ListenAsync();
        await AnnounceAsync(Of("a"));
        _time.Advance(TimeSpan.FromSeconds(5));
        await AnnounceAsync(Of("b"));

        _time.Advance(TimeSpan.FromSeconds(7.5));
        Assert.Equal(["a", "b"], await ListAsync());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["b"], await ListAsync());
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Who_takes_leave_is_forgotten_at_once_and_strangers_leave_is_nothing()
    {
        await ListenAsync();
        await AnnounceAsync(Of("a"));

        await AnnounceAsync(Of("b") with { Gone = true });
        await AnnounceAsync(Of("a") with { Service = "other", Gone = true });
        Assert.Equal(["a"], await ListAsync());
        await AnnounceAsync(Of("a") with { Gone = true });
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task The_first_list_waits_for_answers_to_the_roll_call()
    {
        var first = Catalogue.ListAsync(Cancellation).AsTask();
        while (!_broker.Links.OfType<InMemory.CatalogueLink>().Any())
        {
            await Task.Yield();
        }

        await AnnounceAsync(Of("a"));
        Assert.False(first.IsCompleted);

        while (!first.IsCompleted)
        {
            // Again, as it may begin to wait only now.
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal("a", Assert.Single(await first).Instance);
    }

    [Fact]
    public async Task Instances_are_in_order_and_a_snapshot_stays_as_it_is()
    {
        await ListenAsync();
        await AnnounceAsync(Of("b"));
        await AnnounceAsync(Of("a") with { Host = "z" });
        await AnnounceAsync(Of("c") with { Service = "aardvark" });
        var before = await Catalogue.ListAsync(Cancellation);

        await AnnounceAsync(Of("b") with { Running = 7 });

        Assert.Equal(["c", "b", "a"], before.Select(static instance => instance.Instance));
        Assert.Equal(0, before[1].Running);
        Assert.Equal(7, (await Catalogue.ListAsync(Cancellation))[1].Running);
        Assert.Equal(_time.GetUtcNow(), before[1].LastSeen);
    }

    [Fact]
    public async Task Ten_thousand_instances_are_kept_and_of_more_one_line_is_logged()
    {
        await ListenAsync();
        for (var number = 0; number < 10_050; number++)
        {
            Announce(Of($"i{number}"));
        }

        await SettledAsync();
        Assert.Equal(10_000, (await Catalogue.ListAsync(Cancellation)).Count);
        Assert.Equal(1, _logs.Warnings);

        Announce(Of("i0") with { Running = 3 });
        await SettledAsync();
        Assert.Contains(await Catalogue.ListAsync(Cancellation), static instance => instance.Running == 3);
    }

    [Fact]
    public async Task A_watch_tells_of_what_comes_and_of_what_is_forgotten_at_most_four_times_a_second()
    {
        await ListenAsync();
        await using var watch = Catalogue.WatchAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await watch.MoveNextAsync());
        Assert.Empty(watch.Current);

        var next = watch.MoveNextAsync().AsTask();
        await AnnounceAsync(Of("a"));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.True(await next);
        Assert.Equal("a", Assert.Single(watch.Current).Instance);

        next = watch.MoveNextAsync().AsTask();
        _time.Advance(TimeSpan.FromSeconds(12));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(await next);
        Assert.Empty(watch.Current);
    }

    [Fact]
    public async Task Who_asks_while_the_broker_is_away_is_told_so()
    {
        _broker.Faults.Stop();

        var refused = await Assert.ThrowsAsync<RpcException>(() => Catalogue.ListAsync(Cancellation).AsTask());

        Assert.Equal(StatusCode.Unavailable, refused.Status);
    }

    private static Announcement Of(string instance) => new()
    {
        Format = AnnouncementFormat.Version,
        Service = "orders",
        Instance = instance,
        Host = "h",
        IntervalMs = 5000,
    };

    private async Task ListenAsync()
    {
        var first = Catalogue.ListAsync(Cancellation).AsTask();
        while (!first.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await first;
    }

    private async Task<IEnumerable<string>> ListAsync() =>
        (await Catalogue.ListAsync(Cancellation)).Select(static instance => instance.Instance);

    private void Announce(Announcement announcement) => _broker.Faults.RawBroadcast(
        WireNames.AnnounceKey, new InboundMessage { Type = WireNames.AnnounceType, Body = AnnouncementFormat.Write(announcement) });

    private async Task AnnounceAsync(Announcement announcement)
    {
        Announce(announcement);
        await SettledAsync();
    }

    /// <summary>Complete when what was announced has been heard.</summary>
    private async Task SettledAsync()
    {
        foreach (var link in _broker.Links.OfType<InMemory.CatalogueLink>())
        {
            await link.WhenHeardAsync();
        }
    }

    private sealed class CountingLogs : ILoggerProvider, ILogger
    {
        private int _warnings;

        public int Warnings => Volatile.Read(ref _warnings);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Warning)
            {
                Interlocked.Increment(ref _warnings);
            }
        }

        public void Dispose()
        {
        }
    }
}
