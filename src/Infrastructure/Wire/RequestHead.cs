using System.Globalization;
using Messaging.Transport;

namespace Messaging.Wire;

/// <summary>What a request's properties say, checked.</summary>
internal readonly record struct RequestHead
{
    private static readonly long _maxTimeoutMs = (long)CallOptions.MaxTimeout.TotalMilliseconds;

    /// <summary>The method's wire name.</summary>
    public required string Method { get; init; }

    /// <summary>The time that remained when the request was sent; null where the sender did not say.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Which delivery this is, from 1.</summary>
    public int Attempt { get; init; }

    public string? TraceParent { get; init; }

    public string? TraceState { get; init; }

    /// <summary>Reads and checks the properties. Any client in any language may have written them.</summary>
    public static bool TryRead(in InboundMessage message, out RequestHead head, out string error)
    {
        head = default;
        if (string.IsNullOrEmpty(message.Type))
        {
            error = "The 'type' property is missing: set it to the method's name.";
            return false;
        }

        if (!TryReadTimeout(message, out var timeout, out error)
            || !TryReadAttempt(message, out var attempt, out error))
        {
            return false;
        }

        head = new RequestHead
        {
            Method = message.Type,
            Timeout = timeout,
            Attempt = attempt,
            TraceParent = Text(message.Headers, WireNames.TraceParent),
            TraceState = Text(message.Headers, WireNames.TraceState),
        };
        return true;
    }

    /// <summary>Reads the time that remained when the request was sent; null where the sender did not say.</summary>
    public static bool TryReadTimeout(in InboundMessage message, out TimeSpan? timeout, out string error)
    {
        timeout = null;
        error = string.Empty;
        long milliseconds;
        if (message.Headers is not null && message.Headers.TryGetValue(WireNames.TimeoutMs, out var header))
        {
            if (!HeaderValues.TryGetInt64(header, out milliseconds))
            {
                error = $"The header '{WireNames.TimeoutMs}' is not a whole number of milliseconds.";
                return false;
            }
        }
        else if (message.Expiration is { } expiration)
        {
            if (!long.TryParse(expiration, NumberStyles.None, CultureInfo.InvariantCulture, out milliseconds))
            {
                error = "The 'expiration' property is not a whole number of milliseconds.";
                return false;
            }
        }
        else
        {
            return true;
        }

        if (milliseconds < 0)
        {
            error = $"The timeout of {milliseconds} ms is negative.";
            return false;
        }

        timeout = TimeSpan.FromMilliseconds(Math.Min(milliseconds, _maxTimeoutMs));
        return true;
    }

    /// <summary>How often the broker says that the message came back to its queue; 0 where it says nothing.</summary>
    /// <param name="headers">The message's headers.</param>
    public static int ReadReturns(IReadOnlyDictionary<string, object?>? headers) =>
        headers is not null && headers.TryGetValue(WireNames.DeliveryCount, out var count)
            && HeaderValues.TryGetInt64(count, out var returns) && returns is > 0 and < int.MaxValue
            ? (int)returns
            : 0;

    private static bool TryReadAttempt(in InboundMessage message, out int attempt, out string error)
    {
        attempt = message.Redelivered ? 2 : 1;
        error = string.Empty;
        if (message.Headers is null)
        {
            return true;
        }

        if (ReadReturns(message.Headers) is > 0 and var returns)
        {
            attempt = returns + 1;
        }

        if (message.Headers.TryGetValue(WireNames.Attempt, out var header))
        {
            if (!HeaderValues.TryGetInt64(header, out var sent) || sent is < 1 or > int.MaxValue)
            {
                error = $"The header '{WireNames.Attempt}' is not a whole number from 1.";
                return false;
            }

            attempt = Math.Max(attempt, (int)sent);
        }

        return true;
    }

    private static string? Text(IReadOnlyDictionary<string, object?>? headers, string name) =>
        headers is not null && headers.TryGetValue(name, out var value) ? HeaderValues.TryGetText(value) : null;
}
