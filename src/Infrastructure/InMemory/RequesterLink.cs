using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.InMemory;

/// <summary>A requester's link: publishes, and owns a reply queue that lives as long as it does.</summary>
internal sealed class RequesterLink : InMemoryLink, IRequesterLink, IReplyQueueOwner
{
    private readonly IRequesterSink _sink;
    private readonly Inbox _inbox;

    public RequesterLink(InMemoryBroker broker, InMemoryTransport owner, IRequesterSink sink)
        : base(broker, owner)
    {
        _sink = sink;
        _inbox = new Inbox(this);
        ReplyQueue = new ReplyQueue(WireNames.ReplyQueuePrefix + Guid.NewGuid().ToString("N"), this);
    }

    public string ReplyTo => ReplyQueue.Name;

    public ReplyQueue ReplyQueue { get; }

    /// <summary>Who is told what arrives.</summary>
    public IRequesterSink Sink => _sink;

    public ValueTask PublishAsync(OutboundMessage message)
    {
        try
        {
            if (!Publish(message, message.Persistent))
            {
                _inbox.Post(new Arrival(Broker.Copy(message), Returned: true));
            }

            return ValueTask.CompletedTask;
        }
        catch (TransportException e)
        {
            return ValueTask.FromException(e);
        }
    }

    public ValueTask PublishConfirmedAsync(OutboundMessage message) => PublishConfirmed(message);

    public Task RememberCancelledAsync(string service, string messageId)
    {
        if (IsLost || !Broker.IsRunning)
        {
            return Task.FromException(new TransportException(TransportFailure.NotSent, $"Cancelling '{messageId}': the link is lost. Open a new one."));
        }

        Broker.Cancelled.Remember(service, messageId);
        return Task.CompletedTask;
    }

    public ValueTask PublishCancelAsync(string service, string correlationId)
    {
        if (!IsLost)
        {
            Broker.Cancel(service, correlationId);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Takes a reply; false when the link is gone.</summary>
    public bool TryDeliver(BrokerMessage reply)
    {
        if (IsLost)
        {
            return false;
        }

        _inbox.Post(new Arrival(reply, Returned: false));
        return true;
    }

    protected override void Close() => Broker.Forget(ReplyQueue);

    protected override Task WhenIdleAsync() => _inbox.WhenIdleAsync();

    private readonly record struct Arrival(BrokerMessage Message, bool Returned);

    private sealed class Inbox(RequesterLink link) : Mailbox<Arrival>
    {
        protected override void Handle(in Arrival item)
        {
            try
            {
                if (link.IsLost)
                {
                    return;
                }

                if (item.Returned)
                {
                    link._sink.OnReturned(item.Message.Content);
                }
                else
                {
                    link._sink.OnReply(item.Message.Content);
                }
            }
            finally
            {
                item.Message.Release();
            }
        }

        protected override void Failed(Exception exception) => link.Fail(exception);
    }
}
