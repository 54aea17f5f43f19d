using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Messaging.Wire;

namespace Messaging.DeadLetters;

/// <summary>The sender's headers of a dead letter: as they are shown, and as a replay has them.</summary>
internal static class LetterHeaders
{
    // What tells of the runs that failed. A replay is a command as new, which neither waits nor was tried.
    private static readonly string[] _ofFailure =
    [
        WireNames.DeadReason, WireNames.DeadExceptionType, WireNames.DeadExceptionMessage, WireNames.DeadAttempts, WireNames.DeadStackTrace,
        WireNames.DeadLastFailure, WireNames.DeadWorker, WireNames.DeadQueue, WireNames.FirstFailure, WireNames.Attempt,
        WireNames.TimeoutMs, WireNames.Scheduled, WireNames.DelayLeft,
    ];

    private const int MaxDepth = 64;

    /// <summary>All of the sender's, as texts: tables and lists as JSON, and what has no text by its type's own.</summary>
    public static IReadOnlyDictionary<string, string> Show(IReadOnlyDictionary<string, object?>? headers)
    {
        var shown = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in headers ?? new Dictionary<string, object?>(StringComparer.Ordinal))
        {
            if (!UserHeaders.IsSystems(name))
            {
                shown[name] = Show(value);
            }
        }

        return shown;
    }

    /// <summary>The headers of a replay: all that came but the broker's and those of the failure, byte for byte where nothing was edited.</summary>
    /// <param name="headers">The dead letter's.</param>
    /// <param name="shown">Them, as they were shown.</param>
    /// <param name="edited">What takes the place of those that were shown; null for no change.</param>
    /// <exception cref="ArgumentException">An edited one has a name that is reserved, empty or too long.</exception>
    public static Dictionary<string, object?> Replay(
        IReadOnlyDictionary<string, object?>? headers, IReadOnlyDictionary<string, string> shown, IReadOnlyDictionary<string, string>? edited)
    {
        var replayed = BrokerHeaders.CopyWithout(headers);
        foreach (var name in _ofFailure)
        {
            replayed.Remove(name);
        }

        if (edited is null)
        {
            return replayed;
        }

        foreach (var name in shown.Keys)
        {
            if (!edited.ContainsKey(name))
            {
                replayed.Remove(name);
            }
        }

        // What is as it was shown stays what it was, of whatever type.
        var changed = edited
            .Where(header => !shown.TryGetValue(header.Key, out var text) || !string.Equals(text, header.Value, StringComparison.Ordinal))
            .ToDictionary(StringComparer.Ordinal);
        UserHeaders.Validate(changed);
        foreach (var (name, value) in changed)
        {
            replayed[name] = value;
        }

        return replayed;
    }

    private static string Show(object? value)
    {
        if (value is null)
        {
            return string.Empty;
        }

        if (value is not string and not byte[] and IEnumerable)
        {
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream))
            {
                Write(writer, value, depth: 0);
            }

            return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
        }

        return HeaderValues.TryFormat(value) ?? Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty;
    }

    private static void Write(Utf8JsonWriter writer, object? value, int depth)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case IDictionary<string, object?> table when depth < MaxDepth:
                writer.WriteStartObject();
                foreach (var (name, item) in table)
                {
                    writer.WritePropertyName(name);
                    Write(writer, item, depth + 1);
                }

                writer.WriteEndObject();
                break;
            case IEnumerable list when depth < MaxDepth && value is not string and not byte[]:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    Write(writer, item, depth + 1);
                }

                writer.WriteEndArray();
                break;
            default:
                if (HeaderValues.TryGetInt64(value, out var number) && value is not string and not byte[])
                {
                    writer.WriteNumberValue(number);
                }
                else
                {
                    writer.WriteStringValue(HeaderValues.TryFormat(value) ?? Convert.ToString(value, CultureInfo.InvariantCulture));
                }

                break;
        }
    }
}
