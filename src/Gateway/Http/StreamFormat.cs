using System.Buffers;
using Microsoft.Net.Http.Headers;

namespace Messaging.Http;

/// <summary>How the items of a stream stand in a response.</summary>
internal abstract class StreamFormat
{
    public static StreamFormat Ndjson { get; } = new NdjsonFormat();

    public static StreamFormat ServerSentEvents { get; } = new EventFormat();

    public abstract string ContentType { get; }

    /// <summary>Chooses one by what a client accepts: lines, unless it would rather have events.</summary>
    public static StreamFormat Choose(IList<string?> accept)
    {
        if (accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(accept!, out var types))
        {
            return Ndjson;
        }

        // What is named counts more than what a pattern allows: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
        return Weigh(types, ServerSentEvents.ContentType) > Weigh(types, Ndjson.ContentType) ? ServerSentEvents : Ndjson;
    }

    public abstract void WriteItem(IBufferWriter<byte> output, ReadOnlySpan<byte> item);

    /// <param name="output">The response.</param>
    /// <param name="problem">What went wrong, as JSON without line ends.</param>
    public abstract void WriteFailure(IBufferWriter<byte> output, ReadOnlySpan<byte> problem);

    /// <summary>Writes what says that the stream has ended well.</summary>
    public abstract void WriteEnd(IBufferWriter<byte> output);

    private static double Weigh(IList<MediaTypeHeaderValue> types, string mediaType)
    {
        foreach (var type in types)
        {
            if (type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
            {
                return type.Quality ?? 1;
            }
        }

        return 0;
    }

    private sealed class NdjsonFormat : StreamFormat
    {
        private static readonly SearchValues<byte> _lineEnds = SearchValues.Create("\r\n"u8);

        public override string ContentType => "application/x-ndjson";

        public override void WriteItem(IBufferWriter<byte> output, ReadOnlySpan<byte> item)
        {
            // In JSON, line ends stand between tokens alone, and a blank there means the same.
            var line = output.GetSpan(item.Length + 1)[..(item.Length + 1)];
            item.CopyTo(line);
            line[^1] = (byte)'\n';
            line[..^1].ReplaceAny(_lineEnds, (byte)' ');
            output.Advance(line.Length);
        }

        public override void WriteFailure(IBufferWriter<byte> output, ReadOnlySpan<byte> problem)
        {
            output.Write("{\"$error\":"u8);
            output.Write(problem);
            output.Write("}\n"u8);
        }

        public override void WriteEnd(IBufferWriter<byte> output)
        {
        }
    }

    // https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
    private sealed class EventFormat : StreamFormat
    {
        public override string ContentType => "text/event-stream";

        public override void WriteItem(IBufferWriter<byte> output, ReadOnlySpan<byte> item)
        {
            while (true)
            {
                var end = item.IndexOfAny((byte)'\r', (byte)'\n');
                output.Write("data: "u8);
                output.Write(end < 0 ? item : item[..end]);
                output.Write("\n"u8);
                if (end < 0)
                {
                    break;
                }

                item = item[(item[end..].StartsWith("\r\n"u8) ? end + 2 : end + 1)..];
            }

            output.Write("\n"u8);
        }

        public override void WriteFailure(IBufferWriter<byte> output, ReadOnlySpan<byte> problem)
        {
            output.Write("event: error\n"u8);
            WriteItem(output, problem);
        }

        public override void WriteEnd(IBufferWriter<byte> output)
        {
            output.Write("event: end\n"u8);
            WriteItem(output, "{}"u8);
        }
    }
}
