using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Telemetry.Tests;

/// <summary>What is measured, and under which attributes.</summary>
public sealed class MetricTests : IAsyncLifetime
{
    private const string Duration = "messaging.client.operation.duration";
    private const string Processing = "messaging.process.duration";

    private readonly Measurements _measured = new("metered");
    private IHost _host = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IMetered Service => _host.Services.GetRequiredService<IMetered>();

    private MeteredGate Gate => _host.Services.GetRequiredService<MeteredGate>();

    public async ValueTask InitializeAsync()
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddSingleton<MeteredGate>();
        application.Services.AddMessaging()
            .UseInMemory()
            .AddWorker<IMetered, Metered>(static options => options.Concurrency = 7)
            .AddRequester<IMetered>();
        _host = application.Build();
        await _host.StartAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        Gate.Answered.TrySetResult();
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        _measured.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task Every_outcome_of_a_call_is_measured_once_under_its_status()
    {
        await Service.AskAsync(new Question("tea"), Ct);
        await Assert.ThrowsAsync<RpcException>(() => Service.AskAsync(new Question("missing"), Ct));
        await Assert.ThrowsAsync<SoldOut>(() => Service.AskAsync(new Question("sold out"), Ct));
        await Assert.ThrowsAsync<RpcException>(() => Service.With(new CallOptions { Timeout = TimeSpan.FromMilliseconds(50) }).AskAsync(new Question("slow"), Ct));

        const string Call = "messaging.operation.name=call, rpc.method=Ask, rpc.response.status_code";
        Assert.Equal(
            [
                $"{Call}=OK",
                $"error.type=NOT_FOUND, {Call}=NOT_FOUND",
                $"error.type={typeof(SoldOut).FullName}, {Call}=FAULT",
                $"error.type=DEADLINE_EXCEEDED, {Call}=DEADLINE_EXCEEDED",
            ],
            _measured.Of(Duration).Select(static one => one.Tags));
        Assert.All(_measured.Of(Duration), static one => Assert.InRange(one.Value, 0, 5));
        Assert.InRange(_measured.Of(Duration)[3].Value, 0.045, 5);
        Assert.Equal(
            ["OK", "NOT_FOUND", "FAULT"],
            _measured.Of(Processing).Take(3).Select(static one => one.Tags.Split('=')[^1]));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stream_is_measured_once()
    {
        Assert.Equal(3, await Service.TellAsync(new Question("a tale"), Ct).CountAsync(Ct));

        Assert.Equal("messaging.operation.name=stream, rpc.method=Tell, rpc.response.status_code=OK", Assert.Single(_measured.Of(Duration)).Tags);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_command_that_fails_counts_its_retries_and_its_dead_letter()
    {
        await Service.NoteAsync(new Question("bad"), Ct);
        while (_measured.Of("messaging.worker.dead_letters").Count == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), Ct);
        }

        Assert.Equal("messaging.operation.name=send, rpc.method=Note, rpc.response.status_code=OK", Assert.Single(_measured.Of(Duration)).Tags);
        Assert.Equal(2, _measured.Of("messaging.worker.command_retries").Sum(static one => one.Value));
        Assert.Equal(1, _measured.Of("messaging.worker.dead_letters").Sum(static one => one.Value));
        Assert.Equal(3, _measured.Of(Processing).Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_under_way_can_be_read_at_any_time()
    {
        var call = Service.AskAsync(new Question("wait"), Ct);
        await Gate.Asked.Task.WaitAsync(Ct);

        Assert.Equal(1, _measured.Read("messaging.process.active"));
        Assert.Equal(1, _measured.Read("messaging.client.active_calls"));
        Assert.Equal(0, _measured.Read("messaging.client.waiting_calls"));
        Assert.Equal(10_000, _measured.Read("messaging.client.call_limit"));
        Assert.Equal(7 + 8, _measured.Read("messaging.process.concurrency"));

        Gate.Answered.TrySetResult();
        await call;
        Assert.Equal(0, _measured.Read("messaging.client.active_calls"));
    }

    [Fact]
    public void Every_instrument_is_documented_with_its_unit()
    {
        var docs = File.ReadAllText(typeof(MetricTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static one => one.Key is "TelemetryDocument").Value!);
        var rows = docs.Split('\n').Where(static line => line.StartsWith("| `messaging.", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(_measured.Instruments);
        Assert.All(
            _measured.Instruments,
            instrument => Assert.Single(rows, row => row.Split('|')[1].Contains($"`{instrument.Name}`", StringComparison.Ordinal) && string.Equals(row.Split('|')[2].Trim(), instrument.Unit, StringComparison.Ordinal)));
    }
}
