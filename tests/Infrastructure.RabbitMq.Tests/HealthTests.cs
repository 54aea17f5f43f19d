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

    [Theory(Timeout = 300_000)]
    [InlineData("set_vm_memory_high_watermark", "0.00001", "0.6")]
    [InlineData("set_disk_free_limit", "1000000GB", "50MB")]
    public async Task A_broker_that_is_short_of_memory_or_disk_shows_with_the_first_that_is_published_and_so_does_its_recovery(
        string setting, string alarming, string normal)
    {
        using var host = await StartAsync();
        await UntilAsync(host, HealthStatus.Healthy);
        var calc = host.Services.GetRequiredService<ICalc>().With(new CallOptions { Timeout = TimeSpan.FromSeconds(2) });

        await fixture.Broker.RabbitmqctlAsync(setting, alarming);
        try
        {
            // The broker tells only those that publish.
            var refused = await Assert.ThrowsAsync<RpcException>(() => calc.AddAsync(new Addends(1, 2), Token));
            Assert.Equal(StatusCode.DeadlineExceeded, refused.Status);
            Assert.InRange(await UntilAsync(host, HealthStatus.Unhealthy), TimeSpan.Zero, _noticed);
            Assert.Contains("memory or disk", (await CheckAsync(host)).Entries.Single().Value.Description, StringComparison.Ordinal);
        }
        finally
        {
            await fixture.Broker.RabbitmqctlAsync(setting, normal);
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

    private static Task<HealthReport> CheckAsync(IHost host) =>
        host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(static check => check.Tags.Contains("ready"), Token);

    /// <summary>How long it took.</summary>
    private static async Task<TimeSpan> UntilAsync(IHost host, HealthStatus expected)
    {
        var started = Stopwatch.GetTimestamp();
        while ((await CheckAsync(host)).Status != expected)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
        }

        return Stopwatch.GetElapsedTime(started);
    }
}
