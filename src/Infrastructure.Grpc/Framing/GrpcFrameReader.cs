using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Pipelines;

namespace Messaging.Grpc;

/// <summary>
/// Reads messages one by one, and no byte further than it must. A message's head is a byte that says whether it is
/// compressed, and four of its length, big-endian. The other side may have written anything.
/// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md (Length-Prefixed-Message)
/// </summary>
internal static class GrpcFrameReader
{
    private const byte Plain = 0;
    private const byte Compressed = 1;

    /// <summary>The next message; null at the end of the stream.</summary>
    /// <param name="reader">The stream.</param>
    /// <param name="maxBytes">How large a message may be. One that says more is refused before any of it is kept.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RpcException">
    /// <see cref="StatusCode.ResourceExhausted"/>: it is larger than that; <see cref="StatusCode.Internal"/>: it is no
    /// gRPC message, or the stream ends within it.
    /// </exception>
    public static async ValueTask<GrpcFrame?> ReadAsync(PipeReader reader, int maxBytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            var waiting = buffer.Length;
            var status = TryRead(ref buffer, maxBytes, out var frame, out var failure);

            // The rest of a message is waited for where it lies; the memory for it is taken when it is there.
            reader.AdvanceTo(buffer.Start, status == OperationStatus.NeedMoreData ? buffer.End : buffer.Start);
            switch (status)
            {
                case OperationStatus.Done:
                    return frame;
                case OperationStatus.InvalidData:
                    throw failure!;
            }

            if (result.IsCanceled)
            {
                throw new OperationCanceledException("The reading of the stream was cancelled.");
            }

            if (result.IsCompleted)
            {
                return waiting == 0 ? null : throw EndsWithin(waiting);
            }
        }
    }

    /// <summary>Takes a message off the front of what has come.</summary>
    /// <param name="buffer">What has come; what is left of it.</param>
    /// <param name="maxBytes">How large a message may be.</param>
    /// <param name="frame">The message, where the answer is <see cref="OperationStatus.Done"/>.</param>
    /// <param name="failure">What is wrong, where it is <see cref="OperationStatus.InvalidData"/>.</param>
    public static OperationStatus TryRead(ref ReadOnlySequence<byte> buffer, int maxBytes, out GrpcFrame frame, out RpcException? failure)
    {
        frame = default;
        failure = null;
        if (buffer.Length < GrpcFrameWriter.HeadBytes)
        {
            return OperationStatus.NeedMoreData;
        }

        Span<byte> head = stackalloc byte[GrpcFrameWriter.HeadBytes];
        buffer.Slice(0, GrpcFrameWriter.HeadBytes).CopyTo(head);
        var length = BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
        if (head[0] is not (Plain or Compressed))
        {
            failure = new RpcException(StatusCode.Internal, string.Create(
                CultureInfo.InvariantCulture, $"A message's first byte is {head[0]}: 0 or 1 says whether it is compressed. What is sent is no gRPC."));
            return OperationStatus.InvalidData;
        }

        if (length > (uint)maxBytes)
        {
            failure = new RpcException(StatusCode.ResourceExhausted, string.Create(
                CultureInfo.InvariantCulture, $"A message of {length:N0} bytes is larger than the limit of {maxBytes:N0}: send less in one message."))
            {
                Reason = FailureReason.TooLarge,
            };
            return OperationStatus.InvalidData;
        }

        if (buffer.Length - GrpcFrameWriter.HeadBytes < length)
        {
            return OperationStatus.NeedMoreData;
        }

        frame = new GrpcFrame(head[0] == Compressed, buffer.Slice(GrpcFrameWriter.HeadBytes, length).ToArray());
        buffer = buffer.Slice(GrpcFrameWriter.HeadBytes + length);
        return OperationStatus.Done;
    }

    private static RpcException EndsWithin(long waiting) => new(StatusCode.Internal, string.Create(
        CultureInfo.InvariantCulture, $"The stream ends within a message, after {waiting:N0} bytes of it."));
}
