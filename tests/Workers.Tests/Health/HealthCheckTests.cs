using Messaging.Calls.Contract;
using Messaging.InMemory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Health;

public sealed class HealthCheckTests : IAsyncDisposable
{
    private readonly InMemoryBroker _broker = new();
    private readonly List<IHost> _hosts = [];

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
    public async Task A_process_whose_worker_and_requester_are_connected_is_ready_and_says_what_they_do()
    {
        var health = Health(await StartAsync());

        var ready = await UntilAsync(health, HealthStatus.Healthy);

        Assert.Equal(("Ready", 0), (ready.Data["worker calc: state"], ready.Data["worker calc: running"]));
        Assert.Equal("Ready", ready.Data["requester: state"]);
    }

    [Fact]
    public async Task A_broker_that_stops_shows_and_so_does_its_return()
    {
        var health = Health(await StartAsync());
        await UntilAsync(health, HealthStatus.Healthy);

        _broker.Faults.Stop();
        var away = await UntilAsync(health, HealthStatus.Unhealthy);
        Assert.Equal("Away", away.Data["worker calc: state"]);
        Assert.Equal(HealthStatus.Healthy, (await LookAsync(health, "live")).Status);
        _broker.Faults.Start();

        await UntilAsync(health, HealthStatus.Healthy);
    }

    [Fact]
    public async Task A_worker_that_drains_is_not_ready()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var host = await StartAsync(new CalcScript
        {
            Add = async (_, _) =>
            {
                entered.SetResult();
                await release.Task;
                return new Sum(0);
            },
        });
        var held = host.Services.GetRequiredService<ICalc>().AddAsync(new Addends(1, 2), Cancellation);
        await entered.Task;
        var health = Health(host);

        var stopped = host.StopAsync(Cancellation);
        var draining = await UntilAsync(health, HealthStatus.Unhealthy);

        Assert.Contains("stopping", draining.Description, StringComparison.Ordinal);
        Assert.Equal(1, draining.Data["worker calc: running"]);
        release.SetResult();
        await held;
        await stopped;
    }

    [Fact]
    public async Task What_fails_has_the_status_that_was_asked_for()
    {
        var health = Health(await StartAsync(failureStatus: HealthStatus.Degraded));

        _broker.Faults.Stop();

        await UntilAsync(health, HealthStatus.Degraded);
    }

    [Fact]
    public async Task A_process_whose_timers_are_stuck_is_not_alive()
    {
        // Nobody lets this clock's timers fire.
        var time = new StoppedTimers();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        services.AddMessaging();
        services.AddHealthChecks().AddMessaging();
        await using var provider = services.BuildServiceProvider();
        var health = provider.GetRequiredService<HealthCheckService>();

        Assert.Equal(HealthStatus.Healthy, (await LookAsync(health, "live")).Status);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HealthStatus.Healthy, (await LookAsync(health, "live")).Status);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HealthStatus.Unhealthy, (await LookAsync(health, "live")).Status);
    }

    [Fact]
    public async Task A_process_that_was_asleep_is_alive()
    {
        var time = new FakeTimeProvider();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        services.AddMessaging();
        services.AddHealthChecks().AddMessaging();
        await using var provider = services.BuildServiceProvider();
        var health = provider.GetRequiredService<HealthCheckService>();

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HealthStatus.Healthy, (await LookAsync(health, "live")).Status);
            time.Advance(TimeSpan.FromHours(1));
        }
    }

    private async Task<IHost> StartAsync(CalcScript? script = null, HealthStatus failureStatus = HealthStatus.Unhealthy)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddSingleton(script ?? new CalcScript());
        application.Services.AddMessaging().UseInMemory(_broker).AddWorker<ICalc, ScriptedCalc>().AddRequester<ICalc>();
        application.Services.AddHealthChecks().AddMessaging(failureStatus);
        var host = application.Build();
        _hosts.Add(host);
        await host.StartAsync(Cancellation);
        return host;
    }

    private static HealthCheckService Health(IHost host) => host.Services.GetRequiredService<HealthCheckService>();

    private static async Task<HealthReportEntry> LookAsync(HealthCheckService health, string tag) =>
        Assert.Single((await health.CheckHealthAsync(check => check.Tags.Contains(tag), Cancellation)).Entries).Value;

    private static async Task<HealthReportEntry> UntilAsync(HealthCheckService health, HealthStatus expected)
    {
        HealthReportEntry entry;
        while ((entry = await LookAsync(health, "ready")).Status != expected)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancellation);
        }

        return entry;
    }

    private sealed class StoppedTimers : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => _now += time.Ticks;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
