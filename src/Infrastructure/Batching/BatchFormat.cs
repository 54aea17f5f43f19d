namespace Messaging.Batching;

/// <summary>
/// Several calls, or several replies, in one message. <c>docs/wire-protocol.md</c> describes the format; all numbers
/// are unsigned and big-endian:
/// <code>
/// batch = version (1 byte) age-ms (4) frame…
/// frame = length of what follows (4) id (16) number (4) flags (1) type content-type [headers] body
/// type, content-type = length (1) UTF-8
/// headers = count (2), each: name length (1) UTF-8, value length (4) UTF-8
/// </code>
/// </summary>
internal static class BatchFormat
{
    public const string ContentType = "application/vnd.messaging.batch";

    public const byte Version = 1;

    /// <summary>The version and the age.</summary>
    public const int HeadBytes = 1 + sizeof(uint);

    /// <summary>
    /// No batch is larger: with the properties it stays inside RabbitMQ's default frame of 128 KiB, and a stranger can't
    /// have one message unpacked into any number of calls.
    /// </summary>
    public const int MaxBytes = 120 * 1024;

    /// <summary>A call or reply with a larger frame travels alone: packing it would save next to nothing.</summary>
    public const int MaxFrameBytes = 32 * 1024;

    /// <summary>The number of a frame that states no timeout.</summary>
    public const uint NoTimeout = uint.MaxValue;

    /// <summary>A frame's length, id, number and flags.</summary>
    internal const int FrameHeadBytes = sizeof(uint) + IdBytes + sizeof(uint) + 1;

    internal const int IdBytes = 16;

    internal const byte HasHeaders = 1;

    internal const byte KnownFlags = HasHeaders;

    public static bool Is(string? contentType) => string.Equals(contentType, ContentType, StringComparison.Ordinal);
}
