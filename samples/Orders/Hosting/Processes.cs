using Orders.LiveView;
using Orders.Web;
using Orders.Worker;

namespace Orders.Hosting;

/// <summary>What runs in a process of each role, until Ctrl+C.</summary>
internal static class Processes
{
    /// <summary>The web app, three workers that compete, and a little traffic.</summary>
    public static async Task<int> RunAllAsync(OrdersSettings settings, Surroundings here)
    {
        await using var view = View.Start(
            here, $"Orders: the web app and {OrdersSettings.Workers} workers on {here.Broker.Description}", ThingsToTry(settings.Urls));
        await using var workers = await WorkerCrew.StartAsync(OrdersSettings.Workers, here, CancellationToken.None);
        await using var web = WebApp.BuildWithDashboard(settings.Urls, here, services => services.AddHostedService<Traffic>());
        await WebApp.RunAsync(web, here.Feed);
        return 0;
    }

    /// <summary>The web app alone.</summary>
    public static async Task<int> RunWebAsync(OrdersSettings settings, Surroundings here)
    {
        await using var view = View.Start(
            here, $"Orders: the web app on {here.Broker.Description}", ThingsToTry(settings.Urls));
        await using var web = WebApp.BuildWithDashboard(settings.Urls, here);
        await WebApp.RunAsync(web, here.Feed);
        return 0;
    }

    /// <summary>One worker alone.</summary>
    public static async Task<int> RunWorkerAsync(OrdersSettings settings, Surroundings here)
    {
        await using var view = View.Start(here, $"Orders: worker {settings.Name} on {here.Broker.Description}", []);
        await WorkerInstance.RunAsync(settings.Name, here, settings.Health);
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
            ($"curl -N {url}/orders/1001/status", $"a stream from a worker; a page shows it at {url}/orders/1001"),
            ($"{url}/dashboard/", "the dashboard: live plots, and a shipment that failed, to repair and replay"),
            ($"curl '{url}/audits/mine?shelves=50'", "slow: press Ctrl+C and its handler stops"),
            ("Ctrl+C here", "stops cleanly"),
        ];
        var width = things.Max(thing => thing.Command.Length);
        return [.. things.Select(thing => $"{thing.Command.PadRight(width)}  {thing.Meaning}")];
    }
}
