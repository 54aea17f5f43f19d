using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.InMemory;

/// <content>What all hear who listen.</content>
public sealed partial class InMemoryBroker
{
    internal CatalogueLink OpenCatalogue(InMemoryTransport owner, ICatalogueSink sink)
    {
        lock (_topology)
        {
            ThrowIfStopped("Opening a catalogue's link");
            var link = new CatalogueLink(this, owner, sink);
            _links[link] = true;
            return link;
        }
    }

    /// <summary>Publishes by a routing key to whoever listens to it; to nobody, where nobody does.</summary>
    internal void Broadcast(string key, InboundMessage message)
    {
        if (string.Equals(key, WireNames.AnnounceKey, StringComparison.Ordinal))
        {
            byte[]? body = null;
            foreach (var link in Links)
            {
                if (link is CatalogueLink catalogue)
                {
                    catalogue.Post(message with { Body = body ??= message.Body.ToArray() });
                }
            }
        }
        else if (string.Equals(key, WireNames.RollCallKey, StringComparison.Ordinal))
        {
            foreach (var link in Links)
            {
                (link as WorkerLink)?.PostRollCall();
            }
        }
    }
}
