using System.Diagnostics;

namespace Messaging.Wire;

/// <summary>Writes a request's headers. The plain case (a timeout and nothing else) is shared between calls.</summary>
internal sealed class RequestHeaders
{
    // One boxed table per operation is enough: fresh calls of an operation nearly always have the same time left.
    private (long TimeoutMs, IReadOnlyDictionary<string, object?> Headers)? _last;
    private readonly Lock _lastLock = new();

    public IReadOnlyDictionary<string, object?>? Get(
        long? timeoutMs, int attempt, Activity? activity, IReadOnlyDictionary<string, string>? user)
    {
        var traced = activity is { IdFormat: ActivityIdFormat.W3C };
        if (attempt == 1 && !traced && user is null)
        {
            return timeoutMs is { } plain ? GetPlain(plain) : null;
        }

        var headers = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (user is not null)
        {
            foreach (var (name, value) in user)
            {
                headers[name] = value;
            }
        }

        if (timeoutMs is { } timeout)
        {
            headers[WireNames.TimeoutMs] = timeout;
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

    private IReadOnlyDictionary<string, object?> GetPlain(long timeoutMs)
    {
        lock (_lastLock)
        {
            if (_last is { } last && last.TimeoutMs == timeoutMs)
            {
                return last.Headers;
            }

            var headers = new Dictionary<string, object?>(StringComparer.Ordinal) { [WireNames.TimeoutMs] = timeoutMs };
            _last = (timeoutMs, headers);
            return headers;
        }
    }
}
