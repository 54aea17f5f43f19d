using MassTransit;

namespace Messaging.MassTransit.Messages;

/// <summary>The message in which an operation's reply travels.</summary>
/// <typeparam name="TReply">The operation's reply type.</typeparam>
/// <typeparam name="TMessage">The message's type.</typeparam>
internal abstract class ReplyShape<TReply, TMessage>
    where TMessage : class
{
    /// <summary>The message; null for a reply that is null.</summary>
    public abstract TMessage? Wrap(TReply reply);

    /// <summary>The reply in a message.</summary>
    public abstract TReply Unwrap(TMessage message);
}

/// <summary>A reply that is a message itself.</summary>
internal sealed class MessageReply<T> : ReplyShape<T, T>
    where T : class
{
    public override T? Wrap(T reply) => reply;

    public override T Unwrap(T message) => message;
}

/// <summary>A reply of a type that MassTransit does not take as a message.</summary>
internal sealed class WrappedReply<T> : ReplyShape<T, Reply<T>>
{
    public override Reply<T> Wrap(T reply) => new(reply);

    public override T Unwrap(Reply<T> message) => message.Value;
}

/// <summary>The reply of an operation without one.</summary>
internal sealed class NoReply : ReplyShape<Nothing, Done>
{
    public override Done Wrap(Nothing reply) => new();

    public override Nothing Unwrap(Done message) => Nothing.Value;
}

/// <summary>Chooses the shapes of replies, once for each operation.</summary>
internal static class ReplyShapes
{
    /// <summary>Makes an object of a generic type that is closed over an operation's types and the message of its reply. Used at start, never on a call's path.</summary>
    /// <param name="open">The type; its arguments are those in <paramref name="arguments"/>, then the message's.</param>
    /// <param name="reply">The operation's reply type.</param>
    /// <param name="arguments">The first type arguments.</param>
    /// <param name="values">The constructor's arguments after the shape.</param>
    public static object Close(Type open, Type reply, Type[] arguments, params object[] values)
    {
        var (message, shape) = Of(reply);
        return Activator.CreateInstance(open.MakeGenericType([.. arguments, message]), [Activator.CreateInstance(shape)!, .. values])!;
    }

    /// <summary>Whether MassTransit takes a type as a message.</summary>
    public static bool IsMessage(Type type) => type.IsClass && WhyNoMessage(type) is null;

    /// <summary>Why MassTransit does not take a type as a message; null where it does.</summary>
    public static string? WhyNoMessage(Type type)
    {
        if (type.IsValueType)
        {
            return "it is a value type";
        }

        // Its rules are its own: those that it checks when a consumer is connected, and the namespace that names need.
        return MessageTypeCache.IsValidMessageType(type)
            ? string.IsNullOrEmpty(type.Namespace) ? "it has no namespace" : null
            : MessageTypeCache.InvalidMessageTypeReason(type);
    }

    private static (Type Message, Type Shape) Of(Type reply) =>
        reply == typeof(Nothing) ? (typeof(Done), typeof(NoReply))
        : IsMessage(reply) ? (reply, typeof(MessageReply<>).MakeGenericType(reply))
        : (typeof(Reply<>).MakeGenericType(reply), typeof(WrappedReply<>).MakeGenericType(reply));
}
