using System.Buffers;
using System.IO.Pipelines;
using FsCheck;
using FsCheck.Fluent;

namespace Messaging.Grpc;

public sealed class GrpcFrameTests
{
    private const int MaxBytes = 1000;
    private const int Cases = 2000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Messages_survive_the_wire_however_it_is_cut()
    {
        var messages = Gen.Choose(0, 60).SelectMany(static size => Gen.Choose(0, 255).Select(static value => (byte)value).ArrayOf(size)).ArrayOf();
        var cases = messages.SelectMany(static all => Gen.Choose(1, 20).Select(step => (All: all, Step: step)));

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Cases), Prop.ForAll(cases.ToArbitrary(), static sample =>
        {
            var wire = new ArrayBufferWriter<byte>();
            foreach (var message in sample.All)
            {
                GrpcFrameWriter.Write(wire, message.Length % 2 == 1, message);
            }

            var read = new List<GrpcFrame>();
            var come = default(ReadOnlySequence<byte>);
            for (var at = 0; at < wire.WrittenCount + sample.Step; at += sample.Step)
            {
                come = new ReadOnlySequence<byte>([.. come.ToArray(), .. wire.WrittenSpan[Math.Min(at, wire.WrittenCount)..Math.Min(at + sample.Step, wire.WrittenCount)]]);
                while (GrpcFrameReader.TryRead(ref come, MaxBytes, out var frame, out _) == OperationStatus.Done)
                {
                    read.Add(frame);
                }
            }

            return come.IsEmpty
                && read.Count == sample.All.Length
                && read.Zip(sample.All).All(static pair => pair.First.Body.Span.SequenceEqual(pair.Second) && pair.First.IsCompressed == (pair.Second.Length % 2 == 1));
        }));
    }

    [Fact]
    public void Whatever_comes_is_read_waited_for_or_refused()
    {
        var bytes = Gen.Choose(0, 255).Select(static value => (byte)value).ArrayOf();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Cases), Prop.ForAll(bytes.ToArbitrary(), static bytes =>
        {
            var come = new ReadOnlySequence<byte>(bytes);
            var status = GrpcFrameReader.TryRead(ref come, MaxBytes, out var frame, out var failure);
            return status switch
            {
                OperationStatus.Done => frame.Body.Length <= MaxBytes && come.Length == bytes.Length - frame.Body.Length - GrpcFrameWriter.HeadBytes,
                OperationStatus.NeedMoreData => come.Length == bytes.Length,
                _ => failure is { Status: StatusCode.Internal or StatusCode.ResourceExhausted },
            };
        }));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0xFF, 0xFF, 0xFF, 0xFF }, StatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 0, 0, 0, 3, 0xE9 }, StatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0x80, 0, 0, 0, 1, 1 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, StatusCode.Internal)]
    [InlineData(new byte[] { 0, 0 }, StatusCode.Internal)]
    public async Task A_stream_that_lies_or_is_cut_off_is_refused_before_more_is_waited_for(byte[] wire, StatusCode expected)
    {
        var reader = PipeReader.Create(new ReadOnlySequence<byte>(wire));

        var failure = await Assert.ThrowsAsync<RpcException>(() => GrpcFrameReader.ReadAsync(reader, MaxBytes, Ct).AsTask());

        Assert.Equal(expected, failure.Status);
    }

    [Fact]
    public async Task A_message_of_the_limit_is_read_and_the_stream_ends_after_it()
    {
        var wire = new ArrayBufferWriter<byte>();
        GrpcFrameWriter.Write(wire, isCompressed: true, new byte[MaxBytes]);
        var reader = PipeReader.Create(new ReadOnlySequence<byte>(wire.WrittenMemory));

        var frame = await GrpcFrameReader.ReadAsync(reader, MaxBytes, Ct);

        Assert.Equal(MaxBytes, frame!.Value.Body.Length);
        Assert.True(frame.Value.IsCompressed);
        Assert.Null(await GrpcFrameReader.ReadAsync(reader, MaxBytes, Ct));
    }
}
