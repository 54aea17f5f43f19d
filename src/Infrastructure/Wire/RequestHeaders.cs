using System.Diagnostics;

namespace Messaging.Wire;

/// <summary>
/// Writes a request's headers, where it needs any: the plain call has none but the time of its sending (<see cref="SentHeaders"/>).
/// Its time left travels in the expiration property.
/// </summary>
internal static class RequestHeaders
{
    public static IReadOnlyDictionary<string, object?>? Create(
        int attempt, Activity? activity, IReadOnlyDictionary<string, string>? user,
        string? contentEncoding = null, string? acceptEncoding = null)
    {
        var traced = activity is { IdFormat: ActivityIdFormat.W3C };
        var plain = attempt == 1 && user is null && contentEncoding is null && acceptEncoding is null;
        if (plain && !traced)
        {
            return null;
        }

        if (plain && string.IsNullOrEmpty(activity!.TraceStateString))
        {
            return new OneHeader(WireNames.TraceParent, activity.Id);
        }

        var headers = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (user is not null)
        {
            foreach (var (name, value) in user)
            {
                headers[name] = value;
            }
        }

        if (contentEncoding is not null)
        {
            headers[WireNames.ContentEncoding] = contentEncoding;
        }

        if (acceptEncoding is not null)
        {
            headers[WireNames.AcceptEncoding] = acceptEncoding;
        }

        if (attempt > 1)
        {
            headers[WireNames.Attempt] = (long)attempt;
        }

        if (traced)
        {
            headers[WireNames.TraceParent] = activity!.Id;
            if (activity.TraceStateString is { Length: > 0 } state)
            {
                headers[WireNames.TraceState] = state;
            }
        }

        return headers;
    }
}
