namespace Messaging.RabbitMq;

/// <summary>What a broker says of itself when a connection is opened, and what was agreed upon with it.</summary>
/// <param name="Product">Its name; null where it does not say.</param>
/// <param name="Version">Its version; null where it does not say.</param>
/// <param name="Cluster">Its cluster's name; null where it does not say.</param>
/// <param name="Heartbeat">The interval of heartbeats; zero for none.</param>
/// <param name="FrameMax">The largest frame in bytes; 0 for no limit.</param>
internal sealed record BrokerFacts(string? Product, string? Version, string? Cluster, TimeSpan Heartbeat, uint FrameMax);
