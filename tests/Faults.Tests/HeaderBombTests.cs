using Messaging.Faults.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Faults.Tests;

/// <summary>Header tables as deep as a frame allows. The client library reads them recursively.</summary>
public sealed class HeaderBombTests(BrokerFixture fixture) : FaultTest(fixture)
{
    // The frame size that brokers propose, less what else the frame holds.
    private const int MaxTableBytes = 131_072 - 100;

    // Fails with RabbitMQ.Client 7.1.2, which overflows the stack: docs/faults.md, row 52.
    [Theory(Explicit = true)]
    [Row(52)]
    [InlineData('F')]
    [InlineData('A')]
    public async Task A_worker_process_survives_headers_of_the_greatest_depth(char kind)
    {
        var worker = await StartWorkerProcessAsync("worker");
        await RawAmqp.PublishAsync(Broker.Port, IProbe.Name, RawAmqp.Nested(kind, MaxTableBytes), """{"id":"bomb"}"""u8.ToArray(), Token);

        var probe = (await StartSiteAsync(builder => builder.AddRequester<IProbe>())).Get<IProbe>();
        var answer = SoonAsync(probe.With(new CallOptions { Timeout = Patience }).AskAsync(new Question("afterwards"), Token));

        await Task.WhenAny(answer, worker.WhenExitedAsync());
        Assert.False(worker.HasExited, "The worker process died of a header table.");
        Assert.Equal("afterwards", (await answer).Id);
    }
}
