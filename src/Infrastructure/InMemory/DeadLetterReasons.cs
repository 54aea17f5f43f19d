namespace Messaging.InMemory;

/// <summary>Why the broker put a message into a dead-letter queue.</summary>
internal static class DeadLetterReasons
{
    /// <summary>It came back too often.</summary>
    public const string DeliveryLimit = "delivery_limit";

    /// <summary>Its consumer rejected it.</summary>
    public const string Rejected = "rejected";

    /// <summary>Its expiration passed.</summary>
    public const string Expired = "expired";
}
