namespace Messaging.RoundTrip.Systems;

/// <summary>What the systems with a serializer send. A plain object, as records cost System.Text.Json allocations of its own.</summary>
public sealed class EchoRequest
{
    /// <summary>ASCII, so that its length is its size.</summary>
    public string Payload { get; set; } = "";
}

/// <summary>What the systems with a serializer answer.</summary>
public sealed class EchoReply
{
    /// <summary>The request's.</summary>
    public string Payload { get; set; } = "";
}
