using MassTransit;

namespace Messaging.MassTransit;

/// <summary>The message that a handler of the bridge serves. Flows with the handler's async context.</summary>
internal static class ServedMessage
{
    private static readonly AsyncLocal<ConsumeContext?> _current = new();

    /// <summary>MassTransit's context of the message; null outside of such a handler.</summary>
    public static ConsumeContext? Current
    {
        get => _current.Value;
        set => _current.Value = value;
    }
}
