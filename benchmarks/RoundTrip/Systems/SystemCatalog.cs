using Messaging.RabbitMq;

namespace Messaging.RoundTrip.Systems;

/// <summary>The systems by the names that the command line and the reports use.</summary>
internal static class SystemCatalog
{
    /// <summary>What a system's ratio is relative to.</summary>
    public static string BaselineOf(string system) =>
        system.EndsWith("-commands", StringComparison.Ordinal) ? RabbitMqClientCommands.Name
        : system.EndsWith("-stream", StringComparison.Ordinal) ? RabbitMqClientStream.Name
        : RabbitMqClientSystem.Name;

    /// <summary>What is measured unless <c>--systems</c> says otherwise.</summary>
    public static IReadOnlyList<string> Default { get; } = [MessagingSystem.Name, RabbitMqClientSystem.Name, MassTransitSystem.Name];

    /// <summary>All names that <see cref="Open"/> knows.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Default, MessagingSystem.DirectReplyToName, MessagingSystem.InMemoryName, MessagingSystem.MassTransitName, MessagingSystem.TracedName, RabbitMqClientSystem.DirectReplyToName, MassTransitSystem.TunedName,
            MessagingCommands.Name, RabbitMqClientCommands.Name, MassTransitCommands.Name, MessagingStream.Name, RabbitMqClientStream.Name];

    /// <summary>What makes the workers and requesters of one party, not connected yet.</summary>
    /// <param name="name">One of <see cref="All"/>.</param>
    /// <exception cref="ArgumentException">There is no such system.</exception>
    public static Func<IRoundTripSystem> Open(string name) => name switch
    {
        MessagingSystem.Name => MessagingSystem.OnRabbitMq(RabbitMqReplyPath.ExclusiveQueue),
        MessagingSystem.DirectReplyToName => MessagingSystem.OnRabbitMq(RabbitMqReplyPath.DirectReplyTo),
        MessagingSystem.InMemoryName => MessagingSystem.InMemory(),
        MessagingSystem.MassTransitName => MessagingSystem.OnMassTransit(),
        MessagingSystem.TracedName => MessagingSystem.OnRabbitMq(RabbitMqReplyPath.ExclusiveQueue, isTraced: true),
        RabbitMqClientSystem.Name => () => new RabbitMqClientSystem(directReplyTo: false),
        RabbitMqClientSystem.DirectReplyToName => () => new RabbitMqClientSystem(directReplyTo: true),
        MassTransitSystem.Name => () => new MassTransitSystem(tuned: false),
        MassTransitSystem.TunedName => () => new MassTransitSystem(tuned: true),
        MessagingCommands.Name => static () => new MessagingCommands(),
        RabbitMqClientCommands.Name => static () => new RabbitMqClientCommands(),
        MassTransitCommands.Name => static () => new MassTransitCommands(),
        MessagingStream.Name => static () => new MessagingStream(),
        RabbitMqClientStream.Name => static () => new RabbitMqClientStream(),
        _ => throw new ArgumentException($"There is no system '{name}'. Choose from: {string.Join(", ", All)}.", nameof(name)),
    };
}
