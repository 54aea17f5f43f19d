using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.InMemory;

/// <summary>Hears what workers announce.</summary>
internal sealed class CatalogueLink : InMemoryLink, ICatalogueLink
{
    private readonly Inbox _inbox;

    public CatalogueLink(InMemoryBroker broker, InMemoryTransport owner, ICatalogueSink sink)
        : base(broker, owner) => _inbox = new Inbox(this, sink);

    public ValueTask CallRollAsync()
    {
        if (!IsLost)
        {
            Broker.Broadcast(WireNames.RollCallKey, new InboundMessage { Type = WireNames.RollCallType });
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Hands over a message whose body stays as it is.</summary>
    public void Post(in InboundMessage message) => _inbox.Post(message);

    /// <summary>Completes when all that was posted has been heard.</summary>
    public Task WhenHeardAsync() => _inbox.WhenIdleAsync();

    protected override void Close()
    {
        // It holds nothing.
    }

    protected override Task WhenIdleAsync() => _inbox.WhenIdleAsync();

    private sealed class Inbox(CatalogueLink link, ICatalogueSink sink) : Mailbox<InboundMessage>
    {
        protected override void Handle(in InboundMessage item)
        {
            if (!link.IsLost)
            {
                sink.OnAnnouncement(item);
            }
        }

        protected override void Failed(Exception exception) => link.Fail(exception);
    }
}
