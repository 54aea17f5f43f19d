using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;

namespace Messaging.GrpcWeb;

/// <summary>
/// Decodes a request body in base64 as it comes: split anywhere, and in several pieces that are padded each. It reads no
/// more than its reader asks for.
/// </summary>
internal sealed class Base64RequestStream(PipeReader input) : Stream
{
    private const int GroupLength = 4;
    private const int GroupBytes = 3;

    // What a group of characters has left, for a reader that had room for less.
    private readonly byte[] _rest = new byte[GroupBytes];
    private int _restAt;
    private int _restEnd;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="RpcException"><see cref="StatusCode.Internal"/>: it is no base64, or ends within a group.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        while (_restAt == _restEnd)
        {
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var waiting = result.Buffer;
            var groups = waiting.Length / GroupLength;
            if (groups == 0)
            {
                input.AdvanceTo(waiting.Start, waiting.End);
                if (result.IsCompleted)
                {
                    return waiting.IsEmpty ? 0 : throw Invalid("ends within a group of four characters");
                }

                continue;
            }

            var taken = (int)Math.Min(groups, Math.Max(buffer.Length / GroupBytes, 1)) * GroupLength;
            var consumed = waiting.GetPosition(taken);
            var characters = ArrayPool<byte>.Shared.Rent(taken);
            try
            {
                waiting.Slice(0, taken).CopyTo(characters);
                input.AdvanceTo(consumed);
                var written = buffer.Length >= GroupBytes
                    ? Decode(characters.AsSpan(0, taken), buffer.Span)
                    : _restEnd = Decode(characters.AsSpan(0, taken), _rest);
                if (buffer.Length >= GroupBytes)
                {
                    return written;
                }

                _restAt = 0;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(characters);
            }
        }

        var count = Math.Min(buffer.Length, _restEnd - _restAt);
        _rest.AsMemory(_restAt, count).CopyTo(buffer);
        _restAt += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // A padded group ends a piece, and the decoder; the next piece begins behind it.
    private static int Decode(ReadOnlySpan<byte> characters, Span<byte> output)
    {
        var total = 0;
        while (!characters.IsEmpty)
        {
            var padded = characters.IndexOf((byte)'=');
            var length = padded < 0 ? characters.Length : ((padded / GroupLength) + 1) * GroupLength;
            if (Base64.DecodeFromUtf8(characters[..length], output[total..], out var consumed, out var written) != OperationStatus.Done || consumed != length)
            {
                throw Invalid("has other characters than base64's, or padding at a wrong place");
            }

            total += written;
            characters = characters[length..];
        }

        return total;
    }

    private static RpcException Invalid(string what) =>
        new(StatusCode.Internal, $"The request body {what}: application/grpc-web-text is base64, in pieces that are padded each.");
}
