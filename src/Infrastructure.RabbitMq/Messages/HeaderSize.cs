using System.Collections;
using System.Text;
using RabbitMQ.Client;

namespace Messaging.RabbitMq;

/// <summary>Measures what headers take on the wire, tables and lists within them too.</summary>
internal static class HeaderSize
{
    // An entry of a table is its name with a length of one byte, and a tag; what has no fixed size has a length of four.
    private const int EntryOverhead = 2;
    private const int LengthBytes = 4;

    // What is deeper came from this process, as the broker's own are cut long before: the library writes it by recursion.
    private const int MaxDepth = 64;

    /// <summary>The bytes of a table; more than any frame holds for one that is nested too deep.</summary>
    public static int Of(IDictionary<string, object?> table) => (int)Math.Min(OfTable(table, depth: 0), int.MaxValue);

    private static long OfTable(IDictionary<string, object?> table, int depth)
    {
        if (depth >= MaxDepth)
        {
            return int.MaxValue;
        }

        long bytes = LengthBytes;
        foreach (var (name, value) in table)
        {
            bytes += EntryOverhead + Encoding.UTF8.GetByteCount(name) + OfValue(value, depth);
        }

        return bytes;
    }

    private static long OfList(IEnumerable list, int depth)
    {
        if (depth >= MaxDepth)
        {
            return int.MaxValue;
        }

        long bytes = LengthBytes;
        foreach (var value in list)
        {
            bytes += 1 + OfValue(value, depth);
        }

        return bytes;
    }

    private static long OfValue(object? value, int depth) => value switch
    {
        null => 0,
        string text => LengthBytes + Encoding.UTF8.GetByteCount(text),
        byte[] bytes => LengthBytes + bytes.Length,
        BinaryTableValue binary => LengthBytes + (binary.Bytes?.Length ?? 0),
        IDictionary<string, object?> table => OfTable(table, depth + 1),
        IList list => OfList(list, depth + 1),
        _ => sizeof(long),
    };
}
