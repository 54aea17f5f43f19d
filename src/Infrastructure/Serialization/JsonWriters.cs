using System.Buffers;
using System.Text.Json;

namespace Messaging.Serialization;

/// <summary>One JSON writer per thread. A writer whose use threw is simply not returned.</summary>
internal static class JsonWriters
{
    [ThreadStatic]
    private static Utf8JsonWriter? _cached;

    public static Utf8JsonWriter Rent(IBufferWriter<byte> output)
    {
        var writer = _cached;
        if (writer is null)
        {
            return new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        }

        _cached = null;
        writer.Reset(output);
        return writer;
    }

    public static void Return(Utf8JsonWriter writer)
    {
        writer.Reset(Stream.Null);
        _cached = writer;
    }
}
