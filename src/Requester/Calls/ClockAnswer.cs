using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Calls;

/// <summary>
/// Answers a worker that asks for this process's monotonic time: from what it was when the question was sent, and when the
/// answer came, the worker knows how its own clock differs, and how long a request was on its way.
/// </summary>
internal static class ClockAnswer
{
    // Later it would only mislead.
    private const long ExpirationMs = 5000;

    /// <summary>The answer; null where the message is no question, or would be answered into somebody's work queue.</summary>
    public static OutboundMessage? TryMake(in InboundMessage question, TimeProvider time) =>
        string.Equals(question.Type, WireNames.ClockType, StringComparison.Ordinal)
        && question.ReplyTo is { } worker
        && worker.StartsWith(WireNames.WorkerQueuePrefix, StringComparison.Ordinal)
            ? new OutboundMessage
            {
                Queue = worker,
                Type = WireNames.ClockType,
                CorrelationId = question.CorrelationId,
                ExpirationMs = ExpirationMs,
                Headers = new SentHeaders(rest: null, MonotonicTime.Now(time)),
            }
            : null;
}
