namespace Messaging.RabbitMq;

/// <summary>What a message may weigh.</summary>
/// <param name="MaxBodyBytes">The body.</param>
/// <param name="MaxHeaderBytes">The headers, which must fit one frame together with the other properties.</param>
internal readonly record struct MessageLimits(int MaxBodyBytes, int MaxHeaderBytes);
