using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Messaging.Http;

/// <summary>
/// Reads a body of lines, one JSON value each, as they are asked for. Blank lines are skipped, lines may end with CR LF,
/// and the last one may end with the body. Whether a line is JSON is the workers' to say.
/// </summary>
/// <param name="input">The body.</param>
/// <param name="maxBytes">How long a line may be.</param>
internal sealed class NdjsonReader(PipeReader input, int maxBytes)
{
    private const byte LineFeed = (byte)'\n';

    // How much of what has come has been searched: a line that comes in crumbs is not searched again with each.
    private long _searched;
    private bool _begun;

    /// <summary>The next line; null at the end.</summary>
    /// <exception cref="HttpRefusedException">A line is longer than allowed. No more than that of it was kept.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (result.IsCanceled)
            {
                throw new OperationCanceledException("The reading of the lines was cancelled.");
            }

            var length = Find(buffer);
            if (length > maxBytes || (length < 0 && buffer.Length > maxBytes))
            {
                input.AdvanceTo(buffer.Start, buffer.End);
                throw TooLong();
            }

            if (length < 0 && !result.IsCompleted)
            {
                _searched = buffer.Length;
                input.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            _searched = 0;
            if (buffer.IsEmpty)
            {
                input.AdvanceTo(buffer.End);
                return null;
            }

            var line = Trim((length < 0 ? buffer : buffer.Slice(0, length)).ToArray());
            input.AdvanceTo(length < 0 ? buffer.End : buffer.GetPosition(length + 1));
            if (!line.IsEmpty)
            {
                return line;
            }
        }
    }

    private long Find(in ReadOnlySequence<byte> buffer)
    {
        var unseen = buffer.Slice(_searched);
        return unseen.PositionOf(LineFeed) is { } position ? _searched + unseen.Slice(0, position).Length : -1;
    }

    private ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> line)
    {
        if (!_begun)
        {
            _begun = true;
            if (line.Span.StartsWith("\uFEFF"u8))
            {
                line = line["\uFEFF"u8.Length..];
            }
        }

        var span = line.Span;
        var start = span.IndexOfAnyExcept(" \t\r"u8);
        return start < 0 ? default : line[start..(span.LastIndexOfAnyExcept(" \t\r"u8) + 1)];
    }

    private HttpRefusedException TooLong() => new(
        StatusCodes.Status413PayloadTooLarge,
        StatusCode.ResourceExhausted,
        string.Create(CultureInfo.InvariantCulture, $"A line is longer than the {maxBytes:N0} bytes that one message may have here: send less in one line."))
    {
        Reason = FailureReason.TooLarge,
    };
}
