using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Messaging.Wire;

/// <summary>
/// A request's headers with the time of its sending: an object around those that there are, or none, instead of a table.
/// </summary>
internal sealed class SentHeaders(IReadOnlyDictionary<string, object?>? rest, long sentUs) : IReadOnlyDictionary<string, object?>
{
    // A sender that has been up for longer than this, some 70,000 years, lies.
    private const long MaxUs = 1L << 61;

    /// <summary>The others; null for none.</summary>
    public IReadOnlyDictionary<string, object?>? Rest => rest;

    public long SentUs => sentUs;

    public int Count => 1 + (rest?.Count ?? 0);

    public IEnumerable<string> Keys => this.Select(static header => header.Key);

    public IEnumerable<object?> Values => this.Select(static header => header.Value);

    public object? this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no header '{key}'.");

    /// <summary>
    /// Reads when a request was sent, and takes the header away where it is the only one. False where it doesn't say, or
    /// says what can't be.
    /// </summary>
    public static bool TryTake(ref IReadOnlyDictionary<string, object?>? headers, out long sentUs)
    {
        sentUs = 0;
        if (headers is null)
        {
            return false;
        }

        if (headers is SentHeaders sent)
        {
            headers = sent.Rest;
            sentUs = sent.SentUs;
        }
        else if (!headers.TryGetValue(WireNames.SentUs, out var value))
        {
            return false;
        }
        else if (headers.Count == 1)
        {
            headers = null;
            return IsTime(value, out sentUs);
        }
        else
        {
            return IsTime(value, out sentUs);
        }

        return sentUs is >= 0 and < MaxUs;
    }

    /// <summary>Reads a time that anybody may have written.</summary>
    public static bool IsTime(object? value, out long us) => HeaderValues.TryGetInt64(value, out us) && us is >= 0 and < MaxUs;

    public bool ContainsKey(string key) => string.Equals(key, WireNames.SentUs, StringComparison.Ordinal) || (rest?.ContainsKey(key) ?? false);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        if (string.Equals(key, WireNames.SentUs, StringComparison.Ordinal))
        {
            value = sentUs;
            return true;
        }

        value = null;
        return rest is not null && rest.TryGetValue(key, out value);
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        if (rest is not null)
        {
            foreach (var header in rest)
            {
                yield return header;
            }
        }

        yield return new(WireNames.SentUs, sentUs);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
