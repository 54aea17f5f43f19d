using FsCheck.Fluent;
using Messaging.Wire;

namespace Messaging.Batching;

public sealed class BatchRoundTripTests
{
    // Kept from batch to batch, as both sides keep it.
    private readonly NameCache _names = new();

    [Fact]
    public void Whatever_is_written_is_read()
    {
        var generator =
            from frames in SampleFrame.Several
            from age in ArbMap.Default.GeneratorFor<uint>()
            select (Frames: frames, Age: age);

        Hostile.Try(generator, sample =>
        {
            if (!BatchReader.TryOpen(SampleFrame.Write(sample.Frames, sample.Age), _names, out var batch, out _))
            {
                return false;
            }

            var same = batch.Count == sample.Frames.Length && batch.AgeMs == sample.Age;
            foreach (var written in sample.Frames)
            {
                same &= batch.TryRead(out var frame) && written.IsRead(frame);
            }

            return same && !batch.TryRead(out _);
        });
    }

    [Fact]
    public void A_frame_takes_the_bytes_that_were_measured_and_ends_with_its_body() => Hostile.Try(SampleFrame.Several, frames =>
    {
        var writer = new BatchWriter();
        writer.Begin();
        var right = true;
        foreach (var frame in frames)
        {
            var before = writer.Length;
            var bodyAt = frame.WriteTo(writer);
            right &= writer.Length - before == BatchWriter.Measure(new FrameNames(frame.Type, frame.ContentType), frame.Headers, frame.Body.Length)
                && writer.Written.Span[bodyAt..].SequenceEqual(frame.Body);
        }

        writer.Release();
        return right;
    });

    [Fact]
    public void The_bytes_are_as_documented()
    {
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["ü"] = 7L };
        var bytes = SampleFrame.Write(
            [
                new SampleFrame(new UInt128(0x0001020304050607, 0x08090A0B0C0D0E0F), 258, "Add", "a/b", headers, [0xFF]),
                new SampleFrame(1, BatchFormat.NoTimeout, "T", null, null, []),
            ],
            ageMs: 3);

        Assert.Equal(
            "01" + "00000003" +
            "00000028" + "000102030405060708090A0B0C0D0E0F" + "00000102" + "01" + "03416464" + "03612F62" + "0001" + "02C3BC" + "00000001" + "37" + "FF" +
            "00000018" + "00000000000000000000000000000001" + "FFFFFFFF" + "00" + "0154" + "00",
            Convert.ToHexString(bytes));
    }

    [Fact]
    public void A_begun_batch_has_nothing_of_the_one_before()
    {
        var writer = new BatchWriter();
        writer.Begin();
        new SampleFrame(1, 1, "First", "text/plain", null, new byte[9000]).WriteTo(writer);
        writer.SetAge(99);

        writer.Begin();
        new SampleFrame(2, 2, "Second", null, null, [2]).WriteTo(writer);
        writer.SetAge(0);

        Assert.True(BatchReader.TryOpen(writer.Written, _names, out var batch, out _));
        Assert.Equal((1, 0u), (batch.Count, batch.AgeMs));
        Assert.True(batch.TryRead(out var frame));
        Assert.Equal(("Second", 1), (frame.Type, frame.Body.Length));
        writer.Release();
    }

    [Fact]
    public void A_name_over_255_bytes_is_refused_and_named()
    {
        var failure = Assert.Throws<ArgumentException>(() => new FrameNames(new string('ü', 128), contentType: null));

        Assert.Contains("longer than 255 bytes", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1 + 255 + 1, new FrameNames(new string('x', 255), contentType: null).Bytes.Length);
    }
}
