using Messaging.Faults.Tests.Support;
using Messaging.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Faults.Tests;

/// <summary>Header tables as deep as a frame allows, which the client library by itself would overflow the stack with.</summary>
public sealed class HeaderBombTests(BrokerFixture fixture) : FaultTest(fixture)
{
    [Theory]
    [Row(52)]
    [InlineData('F')]
    [InlineData('A')]
    public async Task A_worker_process_survives_headers_of_the_greatest_depth(char kind)
    {
        var worker = await StartWorkerProcessAsync("worker");
        await RawAmqp.PublishAsync(
            Broker.Port, IProbe.Name, RawAmqp.Nested(kind, RawAmqp.MaxTableBytes), """{"id":"bomb"}"""u8.ToArray(), Token);

        await RawAmqp.PublishAsync(
            Broker.Port, IProbe.Name + ".commands", RawAmqp.Nested(kind, RawAmqp.MaxTableBytes), """{"id":"bomb"}"""u8.ToArray(), Token);

        var probe = (await StartSiteAsync(builder => builder.AddRequester<IProbe>())).Get<IProbe>();
        var answer = SoonAsync(probe.With(new CallOptions { Timeout = Patience }).AskAsync(new Question("afterwards"), Token));

        await Task.WhenAny(answer, worker.WhenExitedAsync());
        Assert.False(worker.HasExited, "The worker process died of a header table.");
        Assert.Equal("afterwards", (await answer).Id);
        await UntilAsync(async () => await MessagesInAsync(IProbe.Name + ".dead") == 1, "the command is dead-lettered");
        Assert.False(worker.HasExited);
    }
}
