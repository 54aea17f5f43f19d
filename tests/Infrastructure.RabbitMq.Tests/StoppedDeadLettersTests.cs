using Messaging.RabbitMq.Tests.Support;
using Messaging.Transport;

namespace Messaging.RabbitMq.Tests;

/// <summary>RabbitMQ up to 4.0 can lose the dead-letter workers of a node, and with them every queue that needs one.</summary>
public sealed class StoppedDeadLettersTests(BrokerFixture fixture) : TransportTest(fixture)
{
    [Fact]
    public async Task A_node_without_dead_letter_workers_is_named_and_serves_again_when_it_has_been_restarted()
    {
        await Broker.RabbitmqctlAsync("eval", "supervisor:terminate_child(rabbit_sup, rabbit_fifo_dlx_sup).");
        try
        {
            var failure = await FailsAsync(TransportFailure.NotSent, async () => await OpenWorkerAsync(new WorkerSink(), static subscription => subscription with { Commands = true }));

            Assert.Contains("541", failure.Message, StringComparison.Ordinal);
            Assert.Contains("dead-letter workers have stopped", failure.Message, StringComparison.Ordinal);
            Assert.Contains("restart the node", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            await Broker.RestartAsync(Token);
        }

        await using var worker = await OpenWorkerAsync(new WorkerSink(), static subscription => subscription with { Commands = true });
        Assert.Null(worker.Unserved);
    }
}
