using Messaging.Transport;

namespace Messaging.Wire;

/// <summary>What a reply's properties say.</summary>
internal readonly record struct ReplyHead
{
    private const int MaxDetailChars = 2048;

    public StatusCode Status { get; init; }

    public string Detail { get; init; }

    public string? FaultType { get; init; }

    public bool MayHaveRun { get; init; }

    public FailureReason Reason { get; init; }

    public string? StackTrace { get; init; }

    /// <summary>
    /// Reads a reply. A foreign worker that answers plainly (no type, no status) has succeeded; a status that is no
    /// status code is Unknown.
    /// </summary>
    public static ReplyHead Read(in InboundMessage message)
    {
        var headers = message.Headers;
        var isFault = string.Equals(message.Type, WireNames.FaultReplyType, StringComparison.Ordinal);
        if (!isFault && (headers is null || !headers.ContainsKey(WireNames.Status)))
        {
            return default;
        }

        var status = StatusCode.Unknown;
        if (headers is not null && headers.TryGetValue(WireNames.Status, out var value)
            && HeaderValues.TryGetInt64(value, out var number) && number is >= (long)StatusCode.OK and <= (long)StatusCode.Unauthenticated)
        {
            status = (StatusCode)number;
        }

        if (isFault && status == StatusCode.OK)
        {
            status = StatusCode.Unknown;
        }

        _ = Enum.TryParse<FailureReason>(Text(headers, WireNames.Reason), out var reason);
        return new ReplyHead
        {
            Status = status,
            Detail = Shorten(Text(headers, WireNames.Detail) ?? "The worker gave no detail."),
            FaultType = Text(headers, WireNames.FaultType),
            MayHaveRun = headers is not null && headers.TryGetValue(WireNames.MayHaveRun, out var ran) && HeaderValues.IsTrue(ran),
            Reason = Enum.IsDefined(reason) ? reason : FailureReason.None,
            StackTrace = Text(headers, WireNames.StackTrace),
        };
    }

    /// <summary>Writes the headers of a reply that is not OK.</summary>
    public Dictionary<string, object?> ToHeaders()
    {
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [WireNames.Status] = (int)Status,
            [WireNames.Detail] = Shorten(Detail ?? string.Empty),
        };
        if (FaultType is not null)
        {
            headers[WireNames.FaultType] = FaultType;
        }

        if (MayHaveRun)
        {
            headers[WireNames.MayHaveRun] = true;
        }

        if (Reason != FailureReason.None)
        {
            headers[WireNames.Reason] = Reason.ToString();
        }

        if (StackTrace is not null)
        {
            headers[WireNames.StackTrace] = StackTrace;
        }

        return headers;
    }

    private static string Shorten(string text) => text.Length <= MaxDetailChars ? text : text[..MaxDetailChars];

    private static string? Text(IReadOnlyDictionary<string, object?>? headers, string name) =>
        headers is not null && headers.TryGetValue(name, out var value) ? HeaderValues.TryGetText(value) : null;
}
