using Messaging.Batching;
using Messaging.Wire;

namespace Messaging.Streaming;

/// <summary>What headers say of a stream. Anybody may have written them.</summary>
internal static class StreamHeaders
{
    /// <summary>The version of the protocol.</summary>
    public const int Version = 1;

    /// <summary>Whether a request comes from somebody who reads streams.</summary>
    public static bool IsReader(IReadOnlyDictionary<string, object?>? headers) => Number(headers, WireNames.Stream) is >= Version;

    /// <summary>Whether who sent them reads batches.</summary>
    public static bool ReadsBatches(IReadOnlyDictionary<string, object?>? headers) => Number(headers, WireNames.Batch) is >= BatchFormat.Version;

    /// <summary>Says that batches are read here.</summary>
    public static void AnnounceBatches(Dictionary<string, object?> headers) => headers[WireNames.Batch] = (long)BatchFormat.Version;

    /// <summary>States what the other side may send at first.</summary>
    public static void Write(Dictionary<string, object?> headers, StreamWindow window)
    {
        headers[WireNames.StreamWindowItems] = window.Items;
        headers[WireNames.StreamWindowBytes] = window.Bytes;
    }

    /// <summary>What the other side takes at first; nothing where it does not say.</summary>
    public static StreamWindow ReadWindow(IReadOnlyDictionary<string, object?>? headers) =>
        new(Math.Max(0, Number(headers, WireNames.StreamWindowItems) ?? 0), Math.Max(0, Number(headers, WireNames.StreamWindowBytes) ?? 0));

    /// <summary>The number of a message that travels alone; 0 where it states none.</summary>
    public static uint ReadSequence(IReadOnlyDictionary<string, object?>? headers) =>
        Number(headers, WireNames.StreamSequence) is >= 0 and <= uint.MaxValue and var number ? (uint)number : 0;

    private static long? Number(IReadOnlyDictionary<string, object?>? headers, string name) =>
        headers is not null && headers.TryGetValue(name, out var header) && HeaderValues.TryGetInt64(header, out var number) ? number : null;
}
