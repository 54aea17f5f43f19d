namespace Messaging.RabbitMq;

/// <summary>What a message may weigh, and whose it may say to be.</summary>
/// <param name="MaxBodyBytes">The body.</param>
/// <param name="MaxHeaderBytes">The headers, which must fit one frame together with the other properties.</param>
/// <param name="User">The connection's user; null where only the broker knows it.</param>
internal readonly record struct MessageLimits(int MaxBodyBytes, int MaxHeaderBytes, string? User = null);
