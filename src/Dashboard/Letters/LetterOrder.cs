namespace Messaging.Letters;

/// <summary>In which order dead letters are listed.</summary>
internal static class LetterOrder
{
    /// <summary>Sorts by a column that the page names; by the queue's own order, the oldest first, for any other.</summary>
    public static List<LetterRow> Sort(List<LetterRow> rows, string? column, bool isDescending)
    {
        IEnumerable<LetterRow> sorted = column switch
        {
            "method" => rows.OrderBy(static row => row.Method, StringComparer.OrdinalIgnoreCase),
            "reason" => rows.OrderBy(static row => row.ExceptionType ?? row.Reason, StringComparer.OrdinalIgnoreCase),
            "attempts" => rows.OrderBy(static row => row.Attempts ?? -1),
            "failed" => rows.OrderBy(static row => row.LastFailure ?? DateTimeOffset.MinValue),
            "size" => rows.OrderBy(static row => row.Bytes),
            _ => rows,
        };
        return [.. isDescending ? sorted.Reverse() : sorted];
    }
}
