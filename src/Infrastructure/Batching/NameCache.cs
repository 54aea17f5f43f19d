using System.Text;

namespace Messaging.Batching;

/// <summary>
/// Turns the few names that come again and again in frames into strings without making a new one each time. Bounded,
/// whatever a stranger sends: a name that falls on another's place takes it. Thread-safe, as entries never change.
/// </summary>
internal sealed class NameCache
{
    private const int Places = 64;
    private const int KeptBytes = 64;

    private readonly Entry?[] _entries = new Entry?[Places];

    public string Get(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty)
        {
            return string.Empty;
        }

        ref var place = ref _entries[((name[0] * 31) + (name[^1] * 7) + name.Length) % Places];
        if (place is { } entry && name.SequenceEqual(entry.Utf8))
        {
            return entry.Text;
        }

        var text = Encoding.UTF8.GetString(name);
        if (name.Length <= KeptBytes)
        {
            place = new Entry(name.ToArray(), text);
        }

        return text;
    }

    private sealed record Entry(byte[] Utf8, string Text);
}
