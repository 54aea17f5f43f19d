using RabbitMQ.Client;

namespace Messaging.RoundTrip.Systems;

/// <summary>The yardstick's worker: answers each request with its body, then acknowledges it.</summary>
/// <param name="channel">For requests, replies and acknowledgements.</param>
/// <param name="work">What the handler does.</param>
internal sealed class RabbitMqClientWorker(IChannel channel, HandlerWork work) : AsyncDefaultBasicConsumer(channel)
{
    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        if (work.IsInstant)
        {
            // Handled where it arrives: fastest while a handler needs no time.
            return AnswerAsync(deliveryTag, properties, body);
        }

        // The body's memory is the connection's again when this returns. The prefetch limits how many run.
        _ = AnswerElsewhereAsync(deliveryTag, properties, body.ToArray());
        return Task.CompletedTask;
    }

    private async Task AnswerElsewhereAsync(ulong deliveryTag, IReadOnlyBasicProperties properties, byte[] body)
    {
        await Task.Yield();
        try
        {
            await AnswerAsync(deliveryTag, properties, body);
        }
        catch (Exception failure)
        {
            await Console.Error.WriteLineAsync($"A request was not answered: {failure.Message}");
        }
    }

    private async Task AnswerAsync(ulong deliveryTag, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body)
    {
        await work.RunAsync();
        var reply = new BasicProperties { CorrelationId = properties.CorrelationId };
        await Channel.BasicPublishAsync("", properties.ReplyTo!, mandatory: false, reply, body, CancellationToken.None);
        await Channel.BasicAckAsync(deliveryTag, multiple: false, CancellationToken.None);
    }
}
