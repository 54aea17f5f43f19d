using Messaging.Transport;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Messaging.RabbitMq;

/// <summary>Publishes on one channel without confirms, mandatory wherever the broker can tell a queue that is not there.</summary>
internal sealed class Publisher
{
    private readonly IChannel _channel;
    private readonly LinkLifetime _link;
    private readonly MessageLimits _limits;
    private readonly ReturnedHandler _returned;
    private readonly Func<BasicReturnEventArgs, bool>? _hold;

    /// <param name="channel">A channel of its own.</param>
    /// <param name="link">The link that the channel belongs to.</param>
    /// <param name="limits">What a message may weigh.</param>
    /// <param name="returned">Takes the messages that found no queue.</param>
    /// <param name="hold">Is asked before, and keeps those that are sent again later; null where none are.</param>
    public Publisher(IChannel channel, LinkLifetime link, MessageLimits limits, ReturnedHandler returned, Func<BasicReturnEventArgs, bool>? hold = null)
    {
        _hold = hold;
        _channel = channel;
        _link = link;
        _limits = limits;
        _returned = returned;
        channel.BasicReturnAsync += OnReturnAsync;
    }

    public ValueTask PublishAsync(in OutboundMessage message)
    {
        if (_link.Loss is not null || !_link.InFlight.TryEnter())
        {
            return ValueTask.FromException(PublishFailures.LinkLost(message.Queue, _link.Loss));
        }

        var entered = true;
        try
        {
            if (message.DelaySeconds > 0)
            {
                throw PublishFailures.CannotDelay(message.Queue);
            }

            var publish = AmqpMessages.SendAsync(_channel, message, _limits, mandatory: !ServiceQueues.IsDirectReplyTo(message.Queue));
            if (publish.IsCompletedSuccessfully)
            {
                return publish;
            }

            entered = false;
            return FinishAsync(publish.AsTask(), message.Queue);
        }
        catch (TransportException e)
        {
            return ValueTask.FromException(e);
        }
        finally
        {
            if (entered)
            {
                _link.InFlight.Exit();
            }
        }
    }

    /// <summary>Publishes, mandatory, what came back from a queue to another, as it is.</summary>
    public async ValueTask PublishAsync(string queue, BasicProperties properties, ReadOnlyMemory<byte> body)
    {
        if (_link.Loss is not null || !_link.InFlight.TryEnter())
        {
            throw PublishFailures.LinkLost(queue, _link.Loss);
        }

        await FinishAsync(_channel.BasicPublishAsync(string.Empty, queue, mandatory: true, properties, body, CancellationToken.None).AsTask(), queue).ConfigureAwait(false);
    }

    private async ValueTask FinishAsync(Task publish, string queue)
    {
        try
        {
            await _link.WhenDoneOrLostAsync(publish, queue).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw PublishFailures.From(e, queue);
        }
        finally
        {
            _link.InFlight.Exit();
        }
    }

    private Task OnReturnAsync(object sender, BasicReturnEventArgs returned)
    {
        if (_hold?.Invoke(returned) is not true)
        {
            _returned(AmqpMessages.Read(returned));
        }

        return Task.CompletedTask;
    }
}

/// <summary>Takes a message that came back. Its body is valid only until this returns.</summary>
internal delegate void ReturnedHandler(in InboundMessage message);
