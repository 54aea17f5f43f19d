namespace Messaging.Transport;

/// <summary>Hears what workers announce of themselves. All methods are thread-safe.</summary>
public interface ICatalogueLink : ILink
{
    /// <summary>
    /// Asks the workers of all services to announce themselves now. Best effort: it never throws. Workers announce
    /// themselves without being asked too.
    /// </summary>
    /// <returns>Complete when handed to the connection, or when that failed.</returns>
    ValueTask CallRollAsync();
}

/// <summary>Takes what a catalogue's link hears. Called from the transport's threads; must not block.</summary>
public interface ICatalogueSink
{
    /// <summary>Somebody, most likely a worker, announced something. Its body is valid only until this returns.</summary>
    /// <param name="message">The message.</param>
    void OnAnnouncement(in InboundMessage message);
}
