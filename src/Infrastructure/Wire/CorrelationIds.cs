using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Messaging.Wire;

/// <summary>
/// 128 random bits, 32 lower-case hexadecimal digits on the wire. Random from the cryptographic generator, as a
/// guessed id would let a stranger answer somebody's call; drawn in blocks, as a draw per call is slow.
/// </summary>
internal static class CorrelationIds
{
    private const int IdBytes = 16;
    private const int BlockBytes = 256 * IdBytes;

    [ThreadStatic]
    private static Block? _block;

    public static UInt128 Create()
    {
        var block = _block ??= new Block();
        return block.Next();
    }

    /// <summary>An id that says where the call is to be found: its last 32 bits are the place, the others are random.</summary>
    public static UInt128 Create(int place) => (Create() & ~(UInt128)uint.MaxValue) | (uint)place;

    /// <summary>The place that <see cref="Create(int)"/> was given. A stranger's id gives any number.</summary>
    public static int PlaceOf(UInt128 id) => (int)(uint)id;

    public static string Format(UInt128 id) => id.ToString("x32", CultureInfo.InvariantCulture);

    public static bool TryParse(string? text, out UInt128 id)
    {
        if (text is not { Length: 2 * IdBytes })
        {
            id = default;
            return false;
        }

        return UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id);
    }

    private sealed class Block
    {
        private readonly byte[] _bytes = new byte[BlockBytes];
        private int _used = BlockBytes;

        public UInt128 Next()
        {
            if (_used == BlockBytes)
            {
                RandomNumberGenerator.Fill(_bytes);
                _used = 0;
            }

            var id = BinaryPrimitives.ReadUInt128LittleEndian(_bytes.AsSpan(_used, IdBytes));
            _used += IdBytes;
            return id;
        }
    }
}
