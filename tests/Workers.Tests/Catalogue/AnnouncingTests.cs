using System.Threading.Channels;
using Messaging.Calls.Contract;
using Messaging.InMemory;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Catalogue;

/// <summary>When workers announce themselves, on a clock that the tests own.</summary>
public sealed class AnnouncingTests : IAsyncDisposable, ICatalogueSink
{
    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryBroker _broker;
    private readonly Channel<Announcement> _heard = Channel.CreateUnbounded<Announcement>();
    private readonly List<IHost> _hosts = [];

    public AnnouncingTests() => _broker = new InMemoryBroker(_time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync(CancellationToken.None);
            await ((IAsyncDisposable)host).DisposeAsync();
        }

        _broker.Dispose();
    }

    [Fact]
    public async Task A_worker_announces_itself_at_once_and_then_about_every_interval()
    {
        await StartAsync();

        await NextAsync();
        Assert.True(_heard.Reader.Count == 0);
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(4.4));
            await IdleAsync();
            Assert.Equal(0, _heard.Reader.Count);
            _time.Advance(TimeSpan.FromSeconds(1.2));
            await NextAsync();
        }
    }

    [Fact]
    public async Task However_many_catalogues_call_a_worker_answers_once_a_second()
    {
        await StartAsync();
        await NextAsync();

        await CallRollAsync(100);
        Assert.Equal(0, _heard.Reader.Count);
        _time.Advance(TimeSpan.FromMilliseconds(250));
        await NextAsync();

        await CallRollAsync(100);
        _time.Advance(TimeSpan.FromMilliseconds(700));
        await IdleAsync();
        Assert.Equal(0, _heard.Reader.Count);
        _time.Advance(TimeSpan.FromMilliseconds(300));
        await NextAsync();
        Assert.Equal(0, _heard.Reader.Count);
    }

    [Fact]
    public async Task Rates_and_times_are_of_the_time_since_the_announcement_before()
    {
        var calc = await StartAsync(async (request, token) =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(request.Left));
            await Task.Yield();
            return new Sum(0);
        });
        await NextAsync();
        foreach (var milliseconds in Enumerable.Repeat(10, 49).Append(1000))
        {
            await calc.AddAsync(new Addends(milliseconds, 0), Cancellation);
        }

        _time.Advance(TimeSpan.FromSeconds(4));
        var add = Of(await NextAsync(), "Add");
        Assert.Equal((50, 0), (add.Handled, add.Failed));
        Assert.InRange(add.Rate, 8, 12);
        Assert.InRange(add.MedianUs!.Value, 9300, 10_700);
        Assert.InRange(add.Percentile99Us!.Value, 930_000, 1_070_000);

        _time.Advance(TimeSpan.FromSeconds(6));
        var idle = Of(await NextAsync(), "Add");
        Assert.Equal((50, 0, 0, null, null), (idle.Handled, idle.Failed, idle.Rate, idle.MedianUs, idle.Percentile99Us));
    }

    [Fact]
    public async Task A_worker_whose_link_was_lost_announces_itself_on_the_next_one()
    {
        await StartAsync();
        var before = await NextAsync();

        _broker.Faults.CutWorkers("calc");
        Announcement? after = null;
        while (!_heard.Reader.TryRead(out after))
        {
            // Its reconnecting waits by the same clock.
            _time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        Assert.Equal(before.Instance, after.Instance);
    }

    void ICatalogueSink.OnAnnouncement(in InboundMessage message) => _heard.Writer.TryWrite(AnnouncementFormat.TryRead(message)!);

    private async Task<ICalc> StartAsync(Func<Addends, CancellationToken, Task<Sum>>? add = null)
    {
        var listener = new InMemoryTransport(_broker);
        await listener.OpenCatalogueAsync(this, Cancellation);
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddSingleton<TimeProvider>(_time);
        application.Services.AddSingleton(add is null ? new CalcScript() : new CalcScript { Add = add });
        application.Services.AddMessaging().UseInMemory(_broker).AddWorker<ICalc, ScriptedCalc>().AddRequester<ICalc>(static options => options.Timeout = TimeSpan.FromHours(1));
        var host = application.Build();
        _hosts.Add(host);
        await host.StartAsync(Cancellation);
        return host.Services.GetRequiredService<ICalc>();
    }

    private async Task<Announcement> NextAsync() => await _heard.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancellation);

    private static AnnouncedOperation Of(Announcement announcement, string operation) =>
        Assert.Single(announcement.Operations!, load => string.Equals(load.Name, operation, StringComparison.Ordinal));

    private async Task CallRollAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _broker.Broadcast(WireNames.RollCallKey, default);
        }

        await IdleAsync();
    }

    /// <summary>Complete when what has been sent has been heard.</summary>
    private async Task IdleAsync()
    {
        foreach (var link in _broker.Links.OfType<WorkerLink>())
        {
            await link.WhenNoticesHeardAsync();
        }

        foreach (var link in _broker.Links.OfType<InMemory.CatalogueLink>())
        {
            await link.WhenHeardAsync();
        }
    }
}
