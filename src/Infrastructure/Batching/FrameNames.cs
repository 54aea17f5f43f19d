using System.Text;

namespace Messaging.Batching;

/// <summary>A frame's type and content type as they are written, made once and copied into every frame.</summary>
internal sealed class FrameNames
{
    // AMQP 0-9-1 short strings hold 255 bytes, and so do these.
    private const int MaxNameBytes = byte.MaxValue;

    private readonly byte[] _bytes;

    public FrameNames(string type, string? contentType)
    {
        Type = type;
        ContentType = contentType;
        var typeBytes = Check(Encoding.UTF8.GetBytes(type), type);
        var contentTypeBytes = Check(Encoding.UTF8.GetBytes(contentType ?? string.Empty), contentType);
        _bytes = [(byte)typeBytes.Length, .. typeBytes, (byte)contentTypeBytes.Length, .. contentTypeBytes];
    }

    public string Type { get; }

    /// <summary>Null for an empty body.</summary>
    public string? ContentType { get; }

    public ReadOnlySpan<byte> Bytes => _bytes;

    private static byte[] Check(byte[] bytes, string? name) =>
        bytes.Length <= MaxNameBytes
            ? bytes
            : throw new ArgumentException($"The name '{name}' is longer than {MaxNameBytes} bytes in UTF-8: choose a shorter one.", nameof(name));
}
