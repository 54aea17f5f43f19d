using System.Diagnostics;
using Messaging.Calls.Contract;
using Messaging.RabbitMq.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Messaging.RabbitMq.Tests;

public sealed class HealthTests(BrokerFixture fixture)
{
    // Twice and a half the default heartbeat, and what a check may take after that.
    private static readonly TimeSpan _noticed = TimeSpan.FromSeconds(15);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task A_broker_that_is_killed_shows_within_15_seconds_and_its_return_too()
    {
        using var host = await StartAsync();
        await UntilAsync(host, HealthStatus.Healthy);
        await fixture.Broker.SyncAsync();

        await fixture.Broker.KillAsync();
        Assert.InRange(await UntilAsync(host, HealthStatus.Unhealthy), TimeSpan.Zero, _noticed);

        await fixture.Broker.StartAsync(Token);
        Assert.InRange(await UntilAsync(host, HealthStatus.Healthy), TimeSpan.Zero, 2 * _noticed);
        await host.StopAsync(Token);
    }

    [Fact(Timeout = 300_000)]
    public async Task A_broker_that_is_frozen_shows_within_15_seconds_and_its_thaw_too()
    {
        using var host = await StartAsync();
        await UntilAsync(host, HealthStatus.Healthy);

        await fixture.Broker.FreezeAsync();
        try
        {
            Assert.InRange(await UntilAsync(host, HealthStatus.Unhealthy), TimeSpan.Zero, _noticed);
        }
        finally
        {
            await fixture.Broker.ThawAsync();
        }

        Assert.InRange(await UntilAsync(host, HealthStatus.Healthy), TimeSpan.Zero, 2 * _noticed);
        await host.StopAsync(Token);
    }

    private async Task<IHost> StartAsync()
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddSingleton(new CalcScript());
        application.Services.AddMessaging()
            .UseRabbitMq(options => options.Uri = fixture.Broker.Uri)
            .AddWorker<ICalc, ScriptedCalc>()
            .AddRequester<ICalc>();
        application.Services.AddHealthChecks().AddMessaging();
        var host = application.Build();
        await host.StartAsync(Token);
        return host;
    }

    /// <summary>How long it took.</summary>
    private static async Task<TimeSpan> UntilAsync(IHost host, HealthStatus expected)
    {
        var health = host.Services.GetRequiredService<HealthCheckService>();
        var started = Stopwatch.GetTimestamp();
        while ((await health.CheckHealthAsync(static check => check.Tags.Contains("ready"), Token)).Status != expected)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
        }

        return Stopwatch.GetElapsedTime(started);
    }
}
