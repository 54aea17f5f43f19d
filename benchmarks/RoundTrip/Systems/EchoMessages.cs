namespace Messaging.RoundTrip.Systems;

/// <summary>What the systems with a serializer send.</summary>
/// <param name="Payload">ASCII, so that its length is its size.</param>
public sealed record EchoRequest(string Payload);

/// <summary>What the systems with a serializer answer.</summary>
/// <param name="Payload">The request's.</param>
public sealed record EchoReply(string Payload);
