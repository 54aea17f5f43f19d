using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Messaging.Transport;

namespace Messaging.Calls.Contract.Tapping;

/// <summary>A message that passed a tapped transport.</summary>
/// <param name="Type">Its type.</param>
/// <param name="ContentType">Its content type.</param>
/// <param name="Headers">Its headers.</param>
/// <param name="ExpirationMs">The time that it has left; null where it states none.</param>
/// <param name="Frames">What a batch carries, or the message itself as the only one.</param>
public sealed record PassedMessage(
    string? Type, string? ContentType, IReadOnlyDictionary<string, object?>? Headers, long? ExpirationMs, IReadOnlyList<PassedFrame> Frames)
{
    private const int HeadBytes = 5;

    /// <summary>Whether it is of the batch format, with however many frames.</summary>
    public bool IsBatch => string.Equals(ContentType, "application/vnd.messaging.batch", StringComparison.Ordinal);

    internal static PassedMessage From(in OutboundMessage message) =>
        Create(message.Type, message.ContentType, message.CorrelationId, message.Headers, message.ExpirationMs, message.Body.Span);

    internal static PassedMessage From(in InboundMessage message) =>
        Create(
            message.Type, message.ContentType, message.CorrelationId, message.Headers,
            message.Expiration is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null, message.Body.Span);

    /// <summary>Where the frames of a batch begin: what the format says, read without this library's reader.</summary>
    internal static IEnumerable<int> FramesOf(byte[] batch)
    {
        Assert.Equal(1, batch[0]);
        for (var at = HeadBytes; at < batch.Length; at += sizeof(uint) + (int)BinaryPrimitives.ReadUInt32BigEndian(batch.AsSpan(at)))
        {
            yield return at;
        }
    }

    private static PassedMessage Create(
        string? type, string? contentType, string? correlationId, IReadOnlyDictionary<string, object?>? headers, long? expirationMs, ReadOnlySpan<byte> body)
    {
        var message = new PassedMessage(type, contentType, headers, expirationMs, [new PassedFrame(correlationId, 0, type, Encoding.UTF8.GetString(body))]);
        if (!message.IsBatch)
        {
            return message;
        }

        var bytes = body.ToArray();
        return message with { Frames = [.. FramesOf(bytes).Select(at => PassedFrame.Read(bytes.AsSpan(at)))] };
    }
}

/// <summary>One call or reply in a message.</summary>
/// <param name="Id">Its correlation id.</param>
/// <param name="Number">In a batch, a request's time left in milliseconds, or a reply's handler time in microseconds.</param>
/// <param name="Type">The method, or the reply's kind.</param>
/// <param name="Body">The body as text.</param>
public sealed record PassedFrame(string? Id, uint Number, string? Type, string Body)
{
    private const int IdBytes = 16;

    /// <summary>The request's left number, by which tests tell calls apart.</summary>
    public int Left => JsonDocument.Parse(Body).RootElement.GetProperty("left").GetInt32();

    internal static PassedFrame Read(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes.Slice(sizeof(uint), (int)BinaryPrimitives.ReadUInt32BigEndian(bytes));
        var id = Convert.ToHexStringLower(rest[..IdBytes]);
        var number = BinaryPrimitives.ReadUInt32BigEndian(rest[IdBytes..]);
        var hasHeaders = rest[IdBytes + sizeof(uint)] != 0;
        rest = rest[(IdBytes + sizeof(uint) + 1)..];
        var type = TakeName(ref rest);
        TakeName(ref rest);
        if (hasHeaders)
        {
            SkipHeaders(ref rest);
        }

        return new PassedFrame(id, number, type, Encoding.UTF8.GetString(rest));
    }

    private static string TakeName(ref ReadOnlySpan<byte> rest)
    {
        var name = Encoding.UTF8.GetString(rest.Slice(1, rest[0]));
        rest = rest[(1 + rest[0])..];
        return name;
    }

    private static void SkipHeaders(ref ReadOnlySpan<byte> rest)
    {
        var count = BinaryPrimitives.ReadUInt16BigEndian(rest);
        rest = rest[sizeof(ushort)..];
        for (var i = 0; i < count; i++)
        {
            TakeName(ref rest);
            rest = rest[(sizeof(uint) + (int)BinaryPrimitives.ReadUInt32BigEndian(rest))..];
        }
    }
}
