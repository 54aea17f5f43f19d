using Orders.Activity;
using Orders.Contracts;
using Orders.Hosting;
using Orders.Web;
using Orders.Worker;

namespace Orders.Tour;

/// <summary>What the steps play on: three workers, a web app in front, and the callers that the web app injects.</summary>
internal sealed class TourStage : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly WorkerCrew _crew;

    private TourStage(WebApplication web, WorkerCrew crew, Broker broker, ActivityFeed feed, TimeProvider time)
    {
        _web = web;
        _crew = crew;
        Broker = broker;
        Feed = feed;
        Time = time;
        Orders = web.Services.GetRequiredService<IOrders>();
        Returns = web.Services.GetRequiredService<IReturns>();
        Http = new HttpClient { BaseAddress = new Uri(web.Urls.First()) };
    }

    public IOrders Orders { get; }

    public IReturns Returns { get; }

    public HttpClient Http { get; }

    public Broker Broker { get; }

    public ActivityFeed Feed { get; }

    public TimeProvider Time { get; }

    public IEnumerable<string> Workers => _crew.Names;

    public static async Task<TourStage> SetAsync(
        Broker broker, ActivityFeed feed, IConfiguration configuration, TimeProvider time, CancellationToken ct)
    {
        var crew = await WorkerCrew.StartAsync(OrdersSettings.Workers, broker, feed, ct);
        var web = WebApp.Build("http://127.0.0.1:0", broker, feed, configuration);
        await web.StartAsync(ct);
        return new TourStage(web, crew, broker, feed, time);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _web.StopAsync();
        await _web.DisposeAsync();
        await _crew.DisposeAsync();
    }
}
