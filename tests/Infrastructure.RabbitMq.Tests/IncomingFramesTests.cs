using System.Buffers.Binary;
using Messaging.Testing;

namespace Messaging.RabbitMq.Tests;

public sealed class IncomingFramesTests
{
    private const byte Method = 1;
    private const byte Header = 2;
    private const byte Body = 3;
    private const byte FrameEnd = 0xCE;
    private const int Frames = 40;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void What_goes_too_deep_becomes_bytes_and_all_else_stays_whatever_the_pieces(int seed)
    {
        var random = new Random(seed);
        var frames = new RandomFrames(random);
        for (var i = 0; i < Frames; i++)
        {
            frames.Add();
        }

        Assert.Equal(frames.Expected, Passed(frames.Sent, random));
        Assert.NotEqual(frames.Expected, frames.Sent);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_came_before_a_bomb_is_found(int seed)
    {
        var random = new Random(seed);
        var garbage = new List<byte>();
        for (var i = 0; i < Frames; i++)
        {
            var payload = new byte[random.Next(500)];
            random.NextBytes(payload);
            if (payload.Length > 12)
            {
                // The flags, so that what follows is taken for headers.
                payload[12] = (byte)random.Next(256);
            }

            garbage.AddRange(Frame((byte)random.Next(10), payload));
        }

        byte[] bomb = Frame(Header, HeaderPayload(RawAmqp.Nested('F', 5_000)));
        var passed = Passed([.. garbage, .. bomb], random);

        Assert.Equal(TableGuard.MaxDepth, DepthAsTheLibraryReads(passed.AsSpan(garbage.Count + 7)));
        for (var at = 0; at < garbage.Count; at++)
        {
            // 28 is what the places of a decimal may come down to.
            Assert.True(passed[at] == garbage[at] || (passed[at] == 'x' && garbage[at] is (byte)'F' or (byte)'A') || (passed[at] == 28 && garbage[at] > 28));
        }
    }

    [Theory]
    [InlineData('F', 5_000, false)]
    [InlineData('A', 5_000, false)]
    [InlineData('F', 130_000, false)]
    [InlineData('A', 130_000, false)]
    [InlineData('F', 5_000, true)]
    public void A_bomb_is_as_deep_as_is_let_through_and_no_deeper(char kind, int bytes, bool lying)
    {
        var table = RawAmqp.Nested(kind, bytes);
        if (lying)
        {
            // Every table says that it is one byte long, and the library reads a whole value of it all the same.
            for (var at = 0; at + 4 <= table.Length; at += 7)
            {
                BinaryPrimitives.WriteUInt32BigEndian(table.AsSpan(at), at + 4 < table.Length ? 1u : 0u);
            }
        }

        var passed = Passed(Frame(Header, HeaderPayload(table)), new Random(1));

        Assert.Equal(TableGuard.MaxDepth, DepthAsTheLibraryReads(passed.AsSpan(7)));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(28, 28)]
    [InlineData(29, 28)]
    [InlineData(255, 28)]
    public void A_decimal_has_as_many_places_as_can_be_read(byte places, byte readable)
    {
        byte[] table = [0, 0, 0, 15, 1, (byte)'d', (byte)'D', places, 0, 0, 0, 1, 1, (byte)'e', (byte)'D', 255, 0, 0, 0, 1];
        var frame = Frame(Header, HeaderPayload(table[..(4 + 8 + 3)]));

        // The second one ends in the middle, and the byte after it, which ends the frame, is none of its own.
        var passed = Passed(frame, new Random(1));

        Assert.Equal(readable, passed[7 + 20 + 4 + 3]);
        Assert.Equal(FrameEnd, passed[^1]);
        Assert.Equal(frame.Length, passed.Length);
    }

    [Fact]
    public void A_brokers_own_properties_are_bounded_too()
    {
        byte[] start = [0, 10, 0, 10, 0, 9, .. RawAmqp.Nested('F', 5_000)];

        var passed = Passed(Frame(Method, start), new Random(1));

        Assert.Equal(TableGuard.MaxDepth, Depth(passed, 7 + 6));
    }

    private static byte[] Passed(byte[] sent, Random random)
    {
        var passed = (byte[])sent.Clone();
        var frames = new IncomingFrames();
        for (var at = 0; at < passed.Length;)
        {
            var length = Math.Min(passed.Length - at, random.Next(4) == 0 ? random.Next(1, 5_000) : random.Next(1, 20));
            frames.Pass(passed.AsSpan(at, length));
            at += length;
        }

        return passed;
    }

    private static byte[] Frame(byte type, byte[] payload)
    {
        byte[] frame = [type, 0, (byte)(type == Method ? 0 : 1), 0, 0, 0, 0, .. payload, FrameEnd];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(3), (uint)payload.Length);
        return frame;
    }

    private static byte[] HeaderPayload(byte[] table) =>
        [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xE0, 0, 1, (byte)'t', 3, (byte)'u', (byte)'t', (byte)'f', .. table];

    private static int DepthAsTheLibraryReads(ReadOnlySpan<byte> payload) => Depth(payload, 12 + 2 + 2 + 4);

    // How deep a reader goes that believes a length only when it has read the value inside.
    private static int Depth(ReadOnlySpan<byte> bytes, int at)
    {
        var depth = 0;
        while (true)
        {
            depth++;
            var isList = at > 0 && bytes[at - 1] == 'A' && depth > 1;
            if (BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) == 0)
            {
                return depth;
            }

            at += 4;
            at += isList ? 0 : 1 + bytes[at];
            if (bytes[at++] is not ((byte)'F' or (byte)'A'))
            {
                return depth;
            }
        }
    }

    /// <summary>Writes frames as they are sent and as they should come out.</summary>
    private sealed class RandomFrames(Random random)
    {
        private const int Deepest = 45;
        private readonly List<byte> _types = [];

        public byte[] Sent { get; private set; } = [];

        public byte[] Expected { get; private set; } = [];

        public void Add()
        {
            var (type, sent, expected) = random.Next(4) switch
            {
                0 => (Body, Noise(3_000), null),
                1 => ((byte)8, [], null),
                2 => (Method, (byte[])[0, 60, 0, 60, .. Noise(300)], null),
                _ => Content(),
            };
            Sent = [.. Sent, .. Frame(type, sent)];
            Expected = [.. Expected, .. Frame(type, expected ?? sent)];
        }

        private (byte Type, byte[] Sent, byte[]? Expected) Content()
        {
            var (sent, expected) = Table(1);
            byte[] behind = [.. Noise(30)];
            return (Header, [.. HeaderPayload(sent), .. behind], [.. HeaderPayload(expected), .. behind]);
        }

        private byte[] Noise(int most)
        {
            var noise = new byte[random.Next(most)];
            random.NextBytes(noise);
            return noise;
        }

        private (byte[] Sent, byte[] Expected) Table(int level) => Values(level, named: true);

        private (byte[] Sent, byte[] Expected) Values(int level, bool named)
        {
            var sent = new List<byte>();
            var expected = new List<byte>();
            var goesOn = random.Next(1, 4);
            for (var i = 0; i < 4; i++)
            {
                byte[] name = named ? [(byte)3, (byte)'F', (byte)'A', (byte)i] : [];
                var value = i == goesOn && level < Deepest ? Nested(level + 1) : Plain(level);
                sent.AddRange([.. name, .. value.Sent]);
                expected.AddRange([.. name, .. value.Expected]);
            }

            return (Sized(sent), Sized(expected));
        }

        private (byte[] Sent, byte[] Expected) Nested(int level)
        {
            var table = random.Next(2) == 0;
            var type = (byte)(table ? 'F' : 'A');
            var (sent, expected) = Values(level, table);
            return level > TableGuard.MaxDepth
                ? ([type, .. sent], [(byte)'x', .. sent])
                : ([type, .. sent], [type, .. expected]);
        }

        private (byte[] Sent, byte[] Expected) Plain(int level)
        {
            if (_types.Count == 0)
            {
                _types.AddRange("SxVtbBsuIifDldTFA"u8);
            }

            var type = _types[random.Next(_types.Count)];
            byte[] value = (char)type switch
            {
                'S' or 'x' => Sized([.. Noise(10)]),
                'F' or 'A' => [0, 0, 0, 0],
                'V' => [],
                't' or 'b' or 'B' => [(byte)'F'],
                's' or 'u' => [(byte)'A', (byte)'F'],
                'I' or 'i' or 'f' => "FAFA"u8.ToArray(),
                'D' => [(byte)random.Next(29), .. "FAFA"u8],
                _ => "AFAFAFAF"u8.ToArray(),
            };
            var expected = type is (byte)'F' or (byte)'A' && level == TableGuard.MaxDepth ? (byte)'x' : type;
            return ([type, .. value], [expected, .. value]);
        }

        private static byte[] Sized(List<byte> content)
        {
            var size = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(size, (uint)content.Count);
            return [.. size, .. content];
        }
    }
}
