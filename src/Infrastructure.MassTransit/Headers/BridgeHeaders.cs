using MassTransit;
using MassTransit.Logging;
using Messaging.Wire;

namespace Messaging.MassTransit.Headers;

/// <summary>The headers that travel with a message of MassTransit's: the user's, and the few of the bridge.</summary>
internal static class BridgeHeaders
{
    /// <summary>Request header: the operation's wire name, where a message type alone does not tell it.</summary>
    public const string Operation = "Messaging-Operation";

    /// <summary>Header of a message that a stopping worker gave back: how often it was begun.</summary>
    public const string Attempts = "Messaging-Attempts";

    /// <summary>The W3C name of the trace's header, which others than MassTransit write.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>The beginning of the bridge's own names.</summary>
    private const string OwnPrefix = "Messaging-";

    /// <summary>The beginning of MassTransit's own names.</summary>
    private const string MassTransitPrefix = "MT-";

    /// <exception cref="ArgumentException">A name is reserved, empty or too long, or a value is null.</exception>
    public static void Validate(IReadOnlyDictionary<string, string> headers)
    {
        UserHeaders.Validate(headers);
        foreach (var name in headers.Keys)
        {
            if (IsSystem(name))
            {
                throw new ArgumentException($"The header name '{name}' belongs to MassTransit or the bridge: choose one that starts neither with '{MassTransitPrefix}' nor with '{OwnPrefix}'.", nameof(headers));
            }
        }
    }

    /// <summary>Adds a user's headers to what is sent.</summary>
    public static void Write(SendContext context, IReadOnlyDictionary<string, string>? headers)
    {
        if (headers is not null)
        {
            foreach (var (name, value) in headers)
            {
                context.Headers.Set(name, value);
            }
        }
    }

    /// <summary>Adds a handler's headers and trailers to its reply.</summary>
    public static void WriteReply(SendContext context, CallContext call)
    {
        if (ReplyMetadata.Add(null, call.SetResponseHeaders, call.SetResponseTrailers) is { } all)
        {
            foreach (var (name, value) in all)
            {
                context.Headers.Set(name, (string?)value);
            }
        }
    }

    /// <summary>The headers that are neither MassTransit's nor the bridge's; null for none.</summary>
    public static Dictionary<string, object?>? Read(global::MassTransit.Headers headers)
    {
        Dictionary<string, object?>? read = null;
        foreach (var header in headers.GetAll())
        {
            if (!IsSystem(header.Key) && HeaderValues.TryFormat(header.Value) is { } text)
            {
                (read ??= new Dictionary<string, object?>(StringComparer.Ordinal))[header.Key] = text;
            }
        }

        return read;
    }

    /// <summary>The sender's trace, as MassTransit or others write it; null for none.</summary>
    public static string? ReadTrace(global::MassTransit.Headers headers) =>
        headers.Get<string>(DiagnosticHeaders.ActivityId) ?? headers.Get<string>(TraceParent);

    private static bool IsSystem(string name) =>
        name.StartsWith(MassTransitPrefix, StringComparison.OrdinalIgnoreCase) || name.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase);
}
