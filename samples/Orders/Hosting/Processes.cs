using Orders.Activity;
using Orders.LiveView;
using Orders.Web;
using Orders.Worker;

namespace Orders.Hosting;

/// <summary>What runs in a process of each role, until Ctrl+C.</summary>
internal static class Processes
{
    /// <summary>The web app, three workers that compete, and a little traffic.</summary>
    public static async Task<int> RunAllAsync(
        OrdersSettings settings, Broker broker, ActivityFeed feed, IConfiguration configuration, TimeProvider time)
    {
        await using var view = View.Start(
            feed, time, $"Orders: the web app and {OrdersSettings.Workers} workers on {broker.Description}", ThingsToTry(settings.Urls));
        await using var workers = await WorkerCrew.StartAsync(OrdersSettings.Workers, broker, feed, CancellationToken.None);
        await using var web = WebApp.Build(settings.Urls, broker, feed, configuration, services => services.AddHostedService<Traffic>());
        await web.RunAsync();
        return 0;
    }

    /// <summary>The web app alone.</summary>
    public static async Task<int> RunWebAsync(
        OrdersSettings settings, Broker broker, ActivityFeed feed, IConfiguration configuration, TimeProvider time)
    {
        await using var view = View.Start(
            feed, time, $"Orders: the web app on {broker.Description}", ThingsToTry(settings.Urls));
        await using var web = WebApp.Build(settings.Urls, broker, feed, configuration);
        await web.RunAsync();
        return 0;
    }

    /// <summary>One worker alone.</summary>
    public static async Task<int> RunWorkerAsync(
        OrdersSettings settings, Broker broker, ActivityFeed feed, IConfiguration configuration, TimeProvider time)
    {
        await using var view = View.Start(feed, time, $"Orders: worker {settings.Name} on {broker.Description}", []);
        await WorkerInstance.RunAsync(settings.Name, broker, feed, configuration);
        return 0;
    }

    private static string[] ThingsToTry(string urls)
    {
        var url = urls.Split(';')[0].TrimEnd('/').Replace("+", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal);
        (string Command, string Meaning)[] things =
        [
            ($"curl '{url}/quotes/tea?quantity=3'", "a call, served by whichever worker is free"),
            ($"curl '{url}/quotes/unicorn'", "a typed fault: 409"),
            ($"curl --json '{{\"sku\":\"tea\",\"quantity\":2}}' {url}/orders", "an order"),
            ($"curl -X POST {url}/orders/1001/ship", "a command: 202, run soon after"),
            ($"curl -X POST {url}/orders/1001/return", "nobody serves it: 503 at once"),
            ($"curl '{url}/audits/mine?shelves=50'", "slow: press Ctrl+C and its handler stops"),
            ("Ctrl+C here", "stops cleanly"),
        ];
        var width = things.Max(thing => thing.Command.Length);
        return [.. things.Select(thing => $"{thing.Command.PadRight(width)}  {thing.Meaning}")];
    }
}
