using System.Collections.Frozen;
using System.Text;

namespace Messaging.Wire;

/// <summary>Tells the user's headers from the system's.</summary>
internal static class UserHeaders
{
    // AMQP 0-9-1 short strings hold 255 bytes: https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf (4.2.5.3)
    private const int MaxNameBytes = 255;

    // CC and BCC make RabbitMQ route copies elsewhere: https://www.rabbitmq.com/docs/sender-selected
    private static readonly FrozenSet<string> _reserved = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        WireNames.TimeoutMs, WireNames.Attempt, WireNames.Batch, WireNames.HandlerTime, WireNames.ContentEncoding, WireNames.AcceptEncoding, WireNames.TraceParent, WireNames.TraceState, WireNames.Status, WireNames.Detail,
        WireNames.FaultType, WireNames.MayHaveRun, WireNames.Reason, WireNames.StackTrace, WireNames.DeadReason,
        WireNames.DeadStackTrace, WireNames.DeadLastFailure, WireNames.DeadWorker, WireNames.DeadQueue, WireNames.OutboxQueue, WireNames.OutboxKey, WireNames.DeadHistory, WireNames.FirstFailure, WireNames.DelayLeft,
        WireNames.Stream, WireNames.StreamWindowItems, WireNames.StreamWindowBytes, WireNames.StreamAddress, WireNames.StreamSequence,
        WireNames.Scheduled, WireNames.DeadExceptionType, WireNames.DeadExceptionMessage, WireNames.DeadAttempts, WireNames.DeliveryCount,
        "x-death", "x-first-death-exchange", "x-first-death-queue", "x-first-death-reason",
        "x-last-death-exchange", "x-last-death-queue", "x-last-death-reason", "x-acquired-count", "CC", "BCC");

    public static bool IsReserved(string name) => _reserved.Contains(name);

    /// <exception cref="ArgumentException">A name is reserved, empty or too long, or a value is null.</exception>
    public static void Validate(IReadOnlyDictionary<string, string> headers)
    {
        foreach (var (name, value) in headers)
        {
            if (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > MaxNameBytes)
            {
                throw new ArgumentException($"The header name '{name}' is empty or longer than {MaxNameBytes} bytes: choose a shorter one.", nameof(headers));
            }

            if (IsReserved(name))
            {
                throw new ArgumentException($"The header name '{name}' is reserved for the system: choose another one.", nameof(headers));
            }

            if (value is null)
            {
                throw new ArgumentException($"The header '{name}' has no value: leave it out or give it one.", nameof(headers));
            }
        }
    }

    public static IReadOnlyDictionary<string, string> Read(IReadOnlyDictionary<string, object?>? headers)
    {
        Dictionary<string, string>? read = null;
        if (headers is not null)
        {
            foreach (var (name, value) in headers)
            {
                if (!IsReserved(name) && HeaderValues.TryFormat(value) is { } text)
                {
                    read ??= new Dictionary<string, string>(StringComparer.Ordinal);
                    read[name] = text;
                }
            }
        }

        return read ?? (IReadOnlyDictionary<string, string>)FrozenDictionary<string, string>.Empty;
    }
}
