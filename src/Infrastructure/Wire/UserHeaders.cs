using System.Collections.Frozen;
using System.Text;

namespace Messaging.Wire;

/// <summary>Tells the user's headers from the system's.</summary>
internal static class UserHeaders
{
    // AMQP 0-9-1 short strings hold 255 bytes: https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf (4.2.5.3)
    private const int MaxNameBytes = 255;

    // Ours and the broker's. In any case of letters: gateways and other protocols don't tell names by it.
    private static readonly FrozenSet<string> _reserved = FrozenSet.ToFrozenSet(
        [.. BrokerHeaders.All,
        WireNames.TimeoutMs, WireNames.SentUs, WireNames.WaitMs, WireNames.Attempt, WireNames.Batch, WireNames.HandlerTime, WireNames.ContentEncoding, WireNames.AcceptEncoding, WireNames.TraceParent, WireNames.TraceState, WireNames.Status, WireNames.Detail,
        WireNames.FaultType, WireNames.MayHaveRun, WireNames.Reason, WireNames.StackTrace, WireNames.DeadReason,
        WireNames.DeadStackTrace, WireNames.DeadLastFailure, WireNames.DeadWorker, WireNames.DeadQueue, WireNames.OutboxQueue, WireNames.OutboxKey, WireNames.DeadHistory, WireNames.FirstFailure, WireNames.DelayLeft,
        WireNames.Stream, WireNames.StreamWindowItems, WireNames.StreamWindowBytes, WireNames.StreamAddress, WireNames.StreamSequence,
        WireNames.Scheduled, WireNames.DeadExceptionType, WireNames.DeadExceptionMessage, WireNames.DeadAttempts],
        StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> _exact = _reserved.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether no user may give a header this name, in whatever case of letters.</summary>
    public static bool IsReserved(string name) => _reserved.Contains(name);

    /// <summary>Whether a header of exactly this name is the system's. A stranger's may differ from it by case.</summary>
    public static bool IsSystems(string name) => _exact.Contains(name);

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
