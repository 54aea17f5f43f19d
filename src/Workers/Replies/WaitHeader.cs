using Messaging.Wire;

namespace Messaging.Replies;

/// <summary>Says in a reply how long its call waited before it was begun: by that requesters know that workers are overloaded.</summary>
internal static class WaitHeader
{
    /// <summary>A reply's headers with the wait, where that is worth saying.</summary>
    /// <param name="headers">The reply's headers; null for none. A table is added to.</param>
    /// <param name="waitMs">The wait in milliseconds; 0 for less than one, or where nobody knows.</param>
    public static IReadOnlyDictionary<string, object?>? Add(IReadOnlyDictionary<string, object?>? headers, long waitMs)
    {
        if (waitMs <= 0)
        {
            return headers;
        }

        switch (headers)
        {
            case null:
                return new OneHeader(WireNames.WaitMs, waitMs);
            case Dictionary<string, object?> table:
                table[WireNames.WaitMs] = waitMs;
                return table;
            default:
                return new Dictionary<string, object?>(headers, StringComparer.Ordinal) { [WireNames.WaitMs] = waitMs };
        }
    }
}
