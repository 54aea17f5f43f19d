using Messaging.Calls.Contract;
using Messaging.RabbitMq.Tests.Support;
using Messaging.Testing;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.RabbitMq.Tests.Calls;

/// <summary>The shared private broker, without the queues of the test before.</summary>
internal sealed class RabbitMqCallHarness(PrivateBroker broker, RabbitMqReplyPath replyPath) : ICallHarness
{
    private const string RefusalPolicy = "refuse";

    private static readonly string[] _queues =
    [
        "calc", "calc.commands", "calc.dead", "payments", "messaging.reply.stranger",
        "shipping", "shipping.commands", "shipping.commands.high", "shipping.dead",
        "shipping.commands.0", "shipping.commands.1", "shipping.commands.2", "shipping.commands.3",
    ];

    private readonly Stranger _stranger = new(broker);
    private bool _refuses;

    public static async Task<RabbitMqCallHarness> StartAsync(PrivateBroker broker, RabbitMqReplyPath replyPath = RabbitMqReplyPath.ExclusiveQueue)
    {
        var harness = new RabbitMqCallHarness(broker, replyPath);
        await harness.DeleteQueuesAsync();
        return harness;
    }

    public void UseTransport(MessagingBuilder builder) => builder.UseRabbitMq(options =>
    {
        options.Uri = broker.Uri;
        options.ReplyPath = replyPath;
    });

    public Task StopBrokerAsync() => broker.StopAppAsync();

    public Task StartBrokerAsync() => broker.StartAppAsync(TestContext.Current.CancellationToken);

    public Task PublishRawAsync(string queue, InboundMessage message) => _stranger.PublishAsync(queue, message);

    public Task BroadcastRawAsync(string key, InboundMessage message) => _stranger.PublishAsync(key, message, "amq.direct");

    public Task DeclareQueueAsync(string queue) => _stranger.DeclareQueueAsync(queue);

    public Task<InboundMessage> TakeAsync(string queue, CancellationToken cancellationToken) => _stranger.TakeAsync(queue, cancellationToken);

    public async Task RefusePublishesAsync(string queue)
    {
        // It has one message more than it may have, so that none of those that come fits.
        await PublishRawAsync(queue, new InboundMessage { Type = "fills" });
        await PublishRawAsync(queue, new InboundMessage { Type = "fills" });
        _refuses = true;
        await broker.RabbitmqctlAsync("set_policy", RefusalPolicy, $"^{queue}$", "{\"max-length\":1,\"overflow\":\"reject-publish\"}", "--apply-to", "queues");
    }

    public async Task TakePublishesAsync()
    {
        if (_refuses)
        {
            _refuses = false;
            await broker.RabbitmqctlAsync("clear_policy", RefusalPolicy);
        }
    }

    public async Task DeleteQueueAsync(string queue)
    {
        await Stranger.LetQueuesStartAsync(broker);
        await _stranger.DeleteQueueAsync(queue);
    }

    public async ValueTask DisposeAsync()
    {
        await TakePublishesAsync();

        // A worker that has just stopped may have declared them just before.
        await Stranger.LetQueuesStartAsync(broker);
        await DeleteQueuesAsync();
        await _stranger.DisposeAsync();
    }

    private async Task DeleteQueuesAsync()
    {
        foreach (var queue in _queues)
        {
            await _stranger.DeleteQueueAsync(queue);
        }
    }
}
