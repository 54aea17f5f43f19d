using Orders.Activity;
using Orders.Contracts;
using Orders.Hosting;

namespace Orders.Web;

/// <summary>The web app: HTTP in front, calls and commands behind. It knows the contracts and nothing of the workers.</summary>
internal static class WebApp
{
    /// <summary>What the web app is called in the live view.</summary>
    public const string Name = "web";

    public static WebApplication Build(string urls, Surroundings here, Action<IServiceCollection>? more = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(here.Configuration);
        builder.WebHost.UseUrls(urls);
        builder.Logging.ClearProviders().AddProvider(new FeedLoggerProvider(here.Feed, Name));
        builder.Services.AddSingleton(here.Feed);
        builder.Services.AddProblemDetails();
        builder.Services.ConfigureHttpJsonOptions(o =>
        {
            o.SerializerOptions.TypeInfoResolverChain.Insert(0, OrdersJson.Default);
            o.SerializerOptions.TypeInfoResolverChain.Insert(1, ProblemsJson.Default);
        });
        here.Broker.Use(builder.Services.AddMessaging(), Name)
            .UseJson(OrdersJson.Default)
            .AddRequester<IOrders>()
            .AddRequester<IReturns>();
        builder.Services.AddHealthChecks().AddMessaging();
        more?.Invoke(builder.Services);

        var app = builder.Build();
        app.MapOrders();
        app.MapHealth();
        return app;
    }

    /// <summary>Builds the web app with the dashboard. It is open to whoever reaches this sample: an app of your own has <c>MapMessagingDashboard().RequireAuthorization()</c>.</summary>
    public static WebApplication BuildWithDashboard(string urls, Surroundings here, Action<IServiceCollection>? more = null)
    {
        var app = Build(urls, here, services =>
        {
            services.AddMessaging().AddDashboard(o => o.AllowAnonymous = true);
            more?.Invoke(services);
        });
        app.MapMessagingDashboard();
        return app;
    }

    /// <summary>Runs the web app until the process is told to stop.</summary>
    public static async Task RunAsync(WebApplication app, ActivityFeed feed)
    {
        await app.StartAsync();
        feed.Publish(new ActivityEntry(Name, Happening.Listening, string.Join(' ', app.Urls)));
        await app.WaitForShutdownAsync();
    }
}
