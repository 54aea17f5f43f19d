using System.Globalization;
using Messaging.RabbitMq.Tests.Support;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Logging;

namespace Messaging.RabbitMq.Tests;

public sealed class LeakTests(BrokerFixture fixture) : TransportTest(fixture)
{
    [Theory]
    [InlineData(RabbitMqReplyPath.ExclusiveQueue)]
    [InlineData(RabbitMqReplyPath.DirectReplyTo)]
    public async Task Disposed_links_leave_nothing_at_the_broker_but_the_service_s_own_queues(RabbitMqReplyPath path)
    {
        var transport = OpenTransport(options =>
        {
            options.ReplyPath = path;
            options.ClientProvidedName = Service;
        });
        var before = await QueuesAsync();
        for (var round = 0; round < 10; round++)
        {
            await using var worker = await transport.OpenWorkerAsync(Subscription() with { Commands = true }, new WorkerSink(), Token);
            await using var requester = await transport.OpenRequesterAsync(new RequesterSink(), Token);
        }

        await SeenAsync(expectedChannels: 0, expectedConnections: path == RabbitMqReplyPath.ExclusiveQueue ? 4 : 3);
        Assert.Equal([Service, Service + ".commands", Service + ".dead"], (await QueuesAsync()).Except([.. before, WireNames.DelayKnown], StringComparer.Ordinal).Order(StringComparer.Ordinal));

        await transport.DisposeAsync();
        await SeenAsync(expectedChannels: 0, expectedConnections: 0);
        Assert.DoesNotContain(Log.AtLeast(LogLevel.Debug), text => text.Contains("abandoned", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_link_that_failed_to_open_leaves_nothing_behind()
    {
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        await bare.Channel.QueueDeclareAsync(Service, durable: false, exclusive: false, autoDelete: false, cancellationToken: Token);
        var transport = OpenTransport(options => options.ClientProvidedName = Service);

        for (var round = 0; round < 5; round++)
        {
            await FailsAsync(TransportFailure.Misconfigured, () => transport.OpenWorkerAsync(Subscription(), new WorkerSink(), Token).AsTask());
        }

        await SeenAsync(expectedChannels: 0, expectedConnections: 2);
    }

    private async Task<string[]> QueuesAsync() =>
        (await Broker.RabbitmqctlAsync("list_queues", "name", "--no-table-headers")).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // The broker forgets channels and connections just behind its last word to them.
    private async Task SeenAsync(int expectedChannels, int expectedConnections)
    {
        for (var attempt = 0; ; attempt++)
        {
            var lines = (await Broker.RabbitmqctlAsync("list_connections", "channels", "client_properties", "--no-table-headers")).Split('\n');
            var ours = lines.Where(line => line.Contains(Service, StringComparison.Ordinal)).ToArray();
            var channels = ours.Sum(line => int.Parse(line.Split('\t')[0], CultureInfo.InvariantCulture));
            if ((ours.Length, channels) == (expectedConnections, expectedChannels))
            {
                return;
            }

            Assert.True(attempt < 10, $"{ours.Length} connections and {channels} channels are left.");
        }
    }
}
