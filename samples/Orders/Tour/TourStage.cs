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

    private TourStage(WebApplication web, WorkerCrew crew, Surroundings here)
    {
        _web = web;
        _crew = crew;
        Here = here;
        Orders = web.Services.GetRequiredService<IOrders>();
        Returns = web.Services.GetRequiredService<IReturns>();
        Http = new HttpClient { BaseAddress = new Uri(web.Urls.First()) };
    }

    public IOrders Orders { get; }

    public IReturns Returns { get; }

    public HttpClient Http { get; }

    public Surroundings Here { get; }

    public ActivityFeed Feed => Here.Feed;

    public TimeProvider Time => Here.Time;

    public IEnumerable<string> Workers => _crew.Names;

    public static async Task<TourStage> SetAsync(Surroundings here, CancellationToken ct)
    {
        var crew = await WorkerCrew.StartAsync(OrdersSettings.Workers, here, ct);
        var web = WebApp.Build("http://127.0.0.1:0", here);
        await web.StartAsync(ct);
        return new TourStage(web, crew, here);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _web.StopAsync();
        await _web.DisposeAsync();
        await _crew.DisposeAsync();
    }
}
