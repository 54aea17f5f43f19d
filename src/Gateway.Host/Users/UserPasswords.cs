using System.Security.Cryptography;
using System.Text;

namespace Messaging.Users;

/// <summary>Who may use the dashboard. How long a check takes says nothing of a password, nor of which names there are.</summary>
internal sealed class UserPasswords(IEnumerable<KeyValuePair<string, string>> users)
{
    private readonly Dictionary<string, byte[]> _hashes = users.ToDictionary(static user => user.Key, static user => Hash(user.Value), StringComparer.Ordinal);
    private readonly byte[] _nobodys = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);

    public bool Check(string name, string password)
    {
        var isKnown = _hashes.TryGetValue(name, out var hash);
        return CryptographicOperations.FixedTimeEquals(Hash(password), hash ?? _nobodys) && isKnown;
    }

    // Of one length, so that they can be compared in a time that is always the same.
    private static byte[] Hash(string password) => SHA256.HashData(Encoding.UTF8.GetBytes(password));
}
