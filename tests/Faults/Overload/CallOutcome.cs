using System.Collections.Concurrent;

namespace Messaging.Faults.Overload;

/// <summary>How a call ended, in a word: the status, and behind a slash the reason where there is one.</summary>
internal static class CallOutcome
{
    public const string Answered = nameof(StatusCode.OK);
    public const string DeadlineExceeded = nameof(StatusCode.DeadlineExceeded);

    /// <summary>
    /// What is refused because it can't be answered in time: the one place that knows how that is said. Any other
    /// outcome but an answer is a failure.
    /// </summary>
    public const string RefusedInTime = $"{nameof(StatusCode.ResourceExhausted)}/{nameof(FailureReason.Overloaded)}";

    private static readonly ConcurrentDictionary<(StatusCode, FailureReason), string> _names = new();

    /// <summary>Of a call that has ended, without throwing what it ended with: that would cost more than the call.</summary>
    public static CallEnd Of(Task ended)
    {
        if (ended.IsCompletedSuccessfully)
        {
            return new CallEnd(Answered);
        }

        return ended.Exception?.InnerException switch
        {
            RpcException failure => new CallEnd(Of(failure.Status, failure.Reason), failure.Detail),
            { } stranger => new CallEnd(stranger.GetType().Name, stranger.Message),
            null => new CallEnd(nameof(StatusCode.Cancelled)),
        };
    }

    public static string Of(StatusCode status, FailureReason reason) => _names.GetOrAdd(
        (status, reason), static key => key.Item2 == FailureReason.None ? key.Item1.ToString() : $"{key.Item1}/{key.Item2}");
}
