using System.Globalization;
using Messaging.Compression;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.DeadLetters;

/// <summary>Reads a dead letter from its message, and makes the message of its replay.</summary>
internal static class DeadLetterFormat
{
    private const int MaxHistory = 20;

    public static DeadLetter Read(string service, in InboundMessage message)
    {
        var headers = message.Headers ?? new Dictionary<string, object?>(StringComparer.Ordinal);
        return new DeadLetter
        {
            Service = service,
            Method = message.Type,
            MessageId = message.MessageId,
            Queue = CommandQueues.OriginOf(service, message.Headers),
            ContentType = message.ContentType,
            ContentEncoding = ContentEncodings.Read(message.Headers),
            Body = message.Body,
            Headers = LetterHeaders.Show(message.Headers),
            Reason = Text(headers, WireNames.DeadReason) ?? BrokersReason(headers) ?? "unknown",
            ExceptionType = Text(headers, WireNames.DeadExceptionType),
            ExceptionMessage = Text(headers, WireNames.DeadExceptionMessage),
            StackTrace = Text(headers, WireNames.DeadStackTrace),
            Attempts = Number(headers, WireNames.DeadAttempts) ?? Number(headers, WireNames.Attempt),
            FirstFailure = Time(headers, WireNames.FirstFailure),
            LastFailure = Time(headers, WireNames.DeadLastFailure),
            Worker = Text(headers, WireNames.DeadWorker),
            History = Text(headers, WireNames.DeadHistory)?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [],
        };
    }

    /// <summary>The command as new, for its own queue, but for its history.</summary>
    public static OutboundMessage Replay(DeadLetter letter, in InboundMessage message, DeadLetterEdit? edit)
    {
        var headers = LetterHeaders.Replay(message.Headers, letter.Headers, edit?.Headers);
        if (edit?.Body is not null)
        {
            headers.Remove(WireNames.ContentEncoding);
        }

        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{letter.LastFailure?.UtcDateTime:O} after {letter.Attempts ?? 0} attempts at {letter.Worker ?? "?"}: {letter.Reason}: {letter.ExceptionType}: {Cut(letter.ExceptionMessage)}");
        headers[WireNames.DeadHistory] = string.Join('\n', letter.History.Append(line.ReplaceLineEndings(" ")).TakeLast(MaxHistory));
        return new OutboundMessage
        {
            Queue = letter.Queue,
            Type = message.Type,
            ContentType = message.ContentType,
            MessageId = message.MessageId,
            CorrelationId = message.CorrelationId,
            ReplyTo = ReplyAddress.OfCopy(message.ReplyTo),
            UserId = message.UserId,
            Foreign = message.Foreign,
            Persistent = true,
            Headers = headers,
            Body = edit?.Body ?? message.Body,
        };
    }

    private static string? Cut(string? text) => text is { Length: > 200 } ? string.Concat(text.AsSpan(0, 200), "…") : text;

    // https://www.rabbitmq.com/docs/dlx#effects
    private static string? BrokersReason(IReadOnlyDictionary<string, object?> headers) =>
        Text(headers, BrokerHeaders.LastDeathReason) ?? Text(headers, BrokerHeaders.FirstDeathReason);

    private static string? Text(IReadOnlyDictionary<string, object?> headers, string name) =>
        headers.TryGetValue(name, out var value) ? HeaderValues.TryGetText(value) : null;

    private static long? Number(IReadOnlyDictionary<string, object?> headers, string name) =>
        headers.TryGetValue(name, out var value) && HeaderValues.TryGetInt64(value, out var number) ? number : null;

    private static DateTimeOffset? Time(IReadOnlyDictionary<string, object?> headers, string name) =>
        Text(headers, name) is { } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;
}
