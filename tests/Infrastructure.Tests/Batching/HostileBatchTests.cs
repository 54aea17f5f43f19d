using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Messaging.Wire;

namespace Messaging.Batching;

/// <summary>Batches that a stranger wrote: refused as a whole with a reason, or readable to the end.</summary>
public sealed class HostileBatchTests
{
    private static readonly uint[] _lies = [0, 1, 20, 24, 25, 26, 255, 256, ushort.MaxValue, int.MaxValue, 0x8000_0000, uint.MaxValue - 3, uint.MaxValue];

    private readonly NameCache _names = new();

    private static Gen<byte[]> Noise { get; } = ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => bytes ?? []);

    private static Gen<byte[]> Valid { get; } = SampleFrame.Several.Select(frames => SampleFrame.Write(frames));

    private static Gen<byte[]> Headed { get; } = Noise.Select(noise => (byte[])[BatchFormat.Version, 0, 0, 0, 0, .. noise]);

    private static Gen<byte[]> Truncated { get; } =
        from bytes in Valid
        from length in Gen.Choose(0, bytes.Length - 1)
        select bytes[..length];

    private static Gen<byte[]> Flipped { get; } =
        from bytes in Valid
        from count in Gen.Choose(1, 8)
        from bits in Gen.Choose(0, (bytes.Length * 8) - 1).ArrayOf(count)
        select Change(bytes, changed =>
        {
            foreach (var bit in bits)
            {
                changed[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        });

    private static Gen<byte[]> Lying { get; } =
        from bytes in Valid
        from at in Gen.OneOf(Gen.Constant(BatchFormat.HeadBytes), Gen.Choose(0, bytes.Length - sizeof(uint)))
        from lie in Gen.Elements(_lies)
        select Change(bytes, changed => BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(at), lie));

    private static Gen<byte[]> Padded { get; } =
        from bytes in Valid
        from noise in Noise
        select (byte[])[.. bytes, .. noise];

    [Fact]
    public void It_is_refused_with_a_reason_or_read_to_the_end_without_an_exception()
    {
        var (accepted, refused) = (0, 0);
        Hostile.Try(Gen.OneOf(Noise, Valid, Headed, Truncated, Flipped, Lying, Padded), bytes =>
        {
            if (!BatchReader.TryOpen(bytes, _names, out var batch, out var error))
            {
                refused++;
                return error.Length > 0;
            }

            accepted++;
            var (frames, content) = (0, 0);
            while (batch.TryRead(out var frame))
            {
                frames++;
                content += frame.Body.Length + (frame.Headers?.Count ?? 0);
            }

            return frames == batch.Count && frames > 0 && content <= bytes.Length && error.Length == 0;
        });

        // Both answers were tried.
        Assert.True(accepted > Hostile.Cases / 20 && refused > Hostile.Cases / 20, $"Accepted {accepted}, refused {refused}.");
    }

    [Fact]
    public void It_is_refused_if_it_is_cut_off_anywhere_but_between_frames() => Hostile.Try(Truncated, bytes =>
        !BatchReader.TryOpen(bytes, _names, out _, out _) || EndsWithAFrame(bytes));

    [Theory]
    [InlineData(0, "shorter than its own head")]
    [InlineData(1, "shorter than its own head")]
    [InlineData(4, "shorter than its own head")]
    [InlineData(5, "no frames")]
    public void One_without_frames_is_refused(int length, string reason) => Refused(new byte[] { BatchFormat.Version, 0, 0, 0, 0 }[..length], reason);

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(255)]
    public void Another_version_is_refused_and_named(byte version) =>
        Refused(Change(One(), bytes => bytes[0] = version), $"version {version}");

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(128)]
    public void Flags_that_nobody_knows_are_refused(byte flags) =>
        Refused(Change(One(), bytes => bytes[BatchFormat.HeadBytes + BatchFormat.FrameHeadBytes - 1] = flags), "Frame 0 at byte 5");

    [Fact]
    public void One_over_the_limit_is_refused_and_one_at_the_limit_is_read()
    {
        var overhead = SampleFrame.Write([Frame(bodyBytes: 0)]).Length;

        Assert.True(BatchReader.TryOpen(SampleFrame.Write([Frame(BatchFormat.MaxBytes - overhead)]), _names, out var batch, out _));
        Assert.Equal(1, batch.Count);
        Refused(SampleFrame.Write([Frame(BatchFormat.MaxBytes - overhead + 1)]), "at most 122,880");
    }

    [Fact]
    public void As_many_frames_as_fit_are_read_and_no_more_are_believed()
    {
        var smallest = SampleFrame.Write([new SampleFrame(1, 1, string.Empty, null, null, [])])[BatchFormat.HeadBytes..];
        var count = (BatchFormat.MaxBytes - BatchFormat.HeadBytes) / smallest.Length;
        byte[] bytes = [BatchFormat.Version, 0, 0, 0, 0, .. Enumerable.Repeat(smallest, count).SelectMany(frame => frame)];

        Assert.True(BatchReader.TryOpen(bytes, _names, out var batch, out _));
        Assert.Equal(count, batch.Count);
        Refused([.. bytes, .. smallest], "at most 122,880");
    }

    private static SampleFrame Frame(int bodyBytes) => new(1, 1, "Add", null, null, new byte[bodyBytes]);

    private static byte[] One() => SampleFrame.Write([Frame(bodyBytes: 10)]);

    private static byte[] Change(byte[] bytes, Action<byte[]> change)
    {
        var changed = (byte[])bytes.Clone();
        change(changed);
        return changed;
    }

    /// <summary>Whether the lengths of its frames, taken by themselves, end where it ends.</summary>
    private static bool EndsWithAFrame(byte[] bytes)
    {
        var at = BatchFormat.HeadBytes;
        while (at < bytes.Length)
        {
            at += sizeof(uint) + (int)BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
        }

        return at == bytes.Length;
    }

    private void Refused(byte[] bytes, string reason)
    {
        Assert.False(BatchReader.TryOpen(bytes, _names, out _, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }
}
