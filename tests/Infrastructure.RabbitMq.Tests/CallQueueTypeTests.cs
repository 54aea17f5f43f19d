using Messaging.RabbitMq.Tests.Support;
using Messaging.Transport;

namespace Messaging.RabbitMq.Tests;

public sealed class CallQueueTypeTests(BrokerFixture fixture) : TransportTest(fixture)
{
    [Theory]
    [InlineData(CallQueueType.Classic)]
    [InlineData(CallQueueType.Quorum)]
    public async Task The_calls_queue_is_what_it_was_asked_to_be(CallQueueType type)
    {
        await using var worker = await OpenWorkerAsync(new WorkerSink(), subscription => subscription with { CallQueue = type });

        var queue = await QueueAsync(Service);

        Assert.Contains($"\t{Named(type)}\ttrue\t", queue, StringComparison.Ordinal);
        Assert.Contains("{\"x-expires\",60000}", queue, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quorum_queue_of_calls_is_told_not_to_drop_what_comes_back()
    {
        await using var worker = await OpenWorkerAsync(new WorkerSink(), subscription => subscription with { CallQueue = CallQueueType.Quorum });

        Assert.Contains("{\"x-delivery-limit\",2147483647}", await QueueAsync(Service), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CallQueueType.Classic, CallQueueType.Quorum)]
    [InlineData(CallQueueType.Quorum, CallQueueType.Classic)]
    public async Task A_calls_queue_of_another_type_is_explained_by_the_option_to_change(CallQueueType declared, CallQueueType wanted)
    {
        await using var worker = await OpenWorkerAsync(new WorkerSink(), subscription => subscription with { CallQueue = declared });

        var failure = await FailsAsync(
            TransportFailure.Misconfigured,
            () => OpenWorkerAsync(new WorkerSink(), subscription => subscription with { CallQueue = wanted }).AsTask());

        Assert.Contains(
            $"x-queue-type is {Named(declared)} there and {Named(wanted)} here. Nothing was changed. Either set the worker's CallQueue to what the broker has, or",
            failure.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_foreign_worker_that_states_no_type_shares_the_classic_queue(bool foreignFirst)
    {
        await using var bare = await Bare.ConnectAsync(Broker.Uri);
        Func<Task>[] declarations =
        [
            () => bare.Channel.QueueDeclareAsync(
                Service, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-expires"] = 60_000 }, cancellationToken: Token),
            () => OpenWorkerAsync(new WorkerSink()).AsTask(),
        ];

        await declarations[foreignFirst ? 0 : 1]();
        await declarations[foreignFirst ? 1 : 0]();

        Assert.Equal(1u, (await bare.Channel.QueueDeclarePassiveAsync(Service, Token)).ConsumerCount);
    }

    private static string Named(CallQueueType type) => type == CallQueueType.Quorum ? "quorum" : "classic";

    private async Task<string> QueueAsync(string name)
    {
        var queues = await Broker.RabbitmqctlAsync("list_queues", "--no-table-headers", "name", "type", "durable", "arguments");
        return Assert.Single(queues.Split('\n'), line => line.StartsWith(name + "\t", StringComparison.Ordinal));
    }
}
