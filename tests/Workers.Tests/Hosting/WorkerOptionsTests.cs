using Messaging.Calls.Contract;
using Messaging.Transport;
using Messaging.Transport.Contract;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Messaging.Hosting;

public sealed class WorkerOptionsTests
{
    [Theory]
    [InlineData("Concurrency", "0")]
    [InlineData("Concurrency", "10001")]
    [InlineData("Prefetch", "31")]
    [InlineData("Prefetch", "70000")]
    [InlineData("CommandConcurrency", "-1")]
    [InlineData("CommandPrefetch", "7")]
    [InlineData("DrainTimeout", "-00:00:01")]
    [InlineData("CallQueueExpiry", "00:00:00.5")]
    [InlineData("CallQueue", "2")]
    [InlineData("CommandDeliveryLimit", "0")]
    [InlineData("ReplyToPrefixes:0", " ")]
    public async Task A_wrong_option_stops_the_start_and_is_named(string key, string value)
    {
        using var host = Build(key, value);

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("Messaging:Workers:calc", failure.Message, StringComparison.Ordinal);
        Assert.Contains(key.Split(':')[0], failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prefetch_is_a_quarter_above_the_concurrency_unless_it_is_set()
    {
        Assert.Equal(40, new WorkerOptions().EffectivePrefetch);
        Assert.Equal(1, new WorkerOptions { Concurrency = 1 }.EffectivePrefetch);
        Assert.Equal(8, new WorkerOptions { Concurrency = 7 }.EffectivePrefetch);
        Assert.Equal(9, new WorkerOptions { Concurrency = 7, Prefetch = 9 }.EffectivePrefetch);
        Assert.Equal(10, new WorkerOptions().EffectiveCommandPrefetch);
    }

    [Fact]
    public void Code_wins_over_configuration()
    {
        using var host = Build("Concurrency", "5", options => options.CommandConcurrency = 3);
        var options = host.Services.GetRequiredService<IOptionsMonitor<WorkerOptions>>().Get("calc");

        Assert.Equal((5, 3), (options.Concurrency, options.CommandConcurrency));
    }

    [Fact]
    public async Task The_calls_queue_is_declared_with_the_configured_type()
    {
        using var host = Build("CallQueue", "Quorum");
        await host.StartAsync(TestContext.Current.CancellationToken);
        var transport = host.Services.GetRequiredService<ITransport>();
        var same = new WorkerSubscription
        {
            Service = "calc",
            CallPrefetch = 1,
            CommandPrefetch = 1,
            CallQueueExpiry = new WorkerOptions().CallQueueExpiry,
            CommandDeliveryLimit = 1,
            CallQueue = CallQueueType.Quorum,
        };

        await using var second = await transport.OpenWorkerAsync(same, new RecordingWorkerSink(), TestContext.Current.CancellationToken);
        var clash = await Assert.ThrowsAsync<TransportException>(async () => await transport.OpenWorkerAsync(
            same with { CallQueue = CallQueueType.Classic }, new RecordingWorkerSink(), TestContext.Current.CancellationToken));

        Assert.Equal(TransportFailure.Misconfigured, clash.Failure);
    }

    private static IHost Build(string key, string value, Action<WorkerOptions>? configure = null)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>($"Messaging:Workers:calc:{key}", value)]);
        application.Services.AddSingleton(new CalcScript());
        application.Services.AddMessaging().UseInMemory().AddWorker<ICalc, ScriptedCalc>(configure);
        return application.Build();
    }
}
