using System.Text;

namespace Messaging.Wire;

/// <summary>
/// The partition of a key. Senders in all languages must find the same, so it never changes: FNV-1a of 32 bits over the
/// key's UTF-8, the upper half of the hash folded into the lower by exclusive or, modulo the number of partitions.
/// </summary>
internal static class CommandPartition
{
    /// <summary>The most that a service can have.</summary>
    public const int Max = 64;

    private const uint OffsetBasis = 2166136261;
    private const uint Prime = 16777619;
    private const int StackBytes = 256;

    public static int Of(string key, int partitions)
    {
        var bytes = Encoding.UTF8.GetMaxByteCount(key.Length) <= StackBytes ? stackalloc byte[StackBytes] : new byte[Encoding.UTF8.GetByteCount(key)];
        var length = Encoding.UTF8.GetBytes(key, bytes);
        var hash = OffsetBasis;
        foreach (var one in bytes[..length])
        {
            hash = unchecked((hash ^ one) * Prime);
        }

        // The lowest bits alone depend on nothing but the lowest bits of each character.
        return (int)((hash >> 16 ^ hash & 0xFFFF) % (uint)partitions);
    }
}
