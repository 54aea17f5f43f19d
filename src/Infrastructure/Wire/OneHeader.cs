using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Messaging.Wire;

/// <summary>Headers that are one alone, as those of a call in a trace are: a small object instead of a table.</summary>
internal sealed class OneHeader(string name, object? value) : IReadOnlyDictionary<string, object?>
{
    public string Name => name;

    public object? Value => value;

    public int Count => 1;

    public IEnumerable<string> Keys => [name];

    public IEnumerable<object?> Values => [value];

    public object? this[string key] => ContainsKey(key) ? value : throw new KeyNotFoundException($"There is no header '{key}'.");

    public bool ContainsKey(string key) => string.Equals(key, name, StringComparison.Ordinal);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        var found = ContainsKey(key);
        value = found ? Value : null;
        return found;
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        yield return new(name, value);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
