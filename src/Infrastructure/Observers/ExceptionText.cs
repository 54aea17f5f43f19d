namespace Messaging.Observers;

/// <summary>
/// Reads the texts of exceptions that are not our own. Their properties are somebody's code: they may be null, and they
/// may throw. The only place that reads them on the path of a call.
/// </summary>
internal static class ExceptionText
{
    public static string TypeOf(Exception exception)
    {
        var type = exception.GetType();
        return type.FullName ?? type.Name;
    }

    public static string MessageOf(Exception exception)
    {
        try
        {
            return exception.Message ?? "(no message)";
        }
        catch (Exception unreadable)
        {
            return $"(its message can't be read: {TypeOf(unreadable)})";
        }
    }

    public static string? StackTraceOf(Exception exception)
    {
        try
        {
            return exception.StackTrace;
        }
        catch (Exception unreadable)
        {
            return $"(it can't be read: {TypeOf(unreadable)})";
        }
    }

    /// <summary>An exception whose whole text can be read: the same, or one that stands for it.</summary>
    public static Exception Readable(Exception exception)
    {
        try
        {
            _ = exception.ToString();
            _ = exception.Message.Length;
            return exception;
        }
        catch (Exception unreadable)
        {
            return new UnreadableException($"{TypeOf(exception)}, whose text can't be read: {TypeOf(unreadable)}. {StackTraceOf(exception)}");
        }
    }

    private sealed class UnreadableException(string message) : Exception(message);
}
