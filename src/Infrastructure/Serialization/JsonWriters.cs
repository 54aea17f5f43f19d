using System.Buffers;
using System.Text.Json;

namespace Messaging.Serialization;

/// <summary>JSON writers of one kind, of which each thread keeps the last. One whose use threw is simply not returned.</summary>
internal sealed class JsonWriters(JsonWriterOptions options)
{
    [ThreadStatic]
    private static Utf8JsonWriter? _cached;

    [ThreadStatic]
    private static JsonWriters? _owner;

    /// <summary>Writers as compact as can be.</summary>
    public static JsonWriters Plain { get; } = new(new JsonWriterOptions { SkipValidation = true });

    /// <summary>Writers that do what a serializer's options say of the text.</summary>
    public static JsonWriters Of(JsonSerializerOptions options) => new(new JsonWriterOptions
    {
        Encoder = options.Encoder,
        Indented = options.WriteIndented,
        IndentCharacter = options.IndentCharacter,
        IndentSize = options.IndentSize,
        NewLine = options.NewLine,
        MaxDepth = options.MaxDepth,
        SkipValidation = true,
    });

    public Utf8JsonWriter Rent(IBufferWriter<byte> output)
    {
        var writer = _cached;
        if (writer is null || _owner != this)
        {
            return new Utf8JsonWriter(output, options);
        }

        _cached = null;
        writer.Reset(output);
        return writer;
    }

    public void Return(Utf8JsonWriter writer)
    {
        // Lets go of the caller's buffer. A stream in its place would make a buffer of its own each time.
        writer.Reset(NoOutput.Instance);
        _cached = writer;
        _owner = this;
    }

    private sealed class NoOutput : IBufferWriter<byte>
    {
        public static NoOutput Instance { get; } = new();

        public void Advance(int count) => throw new NotSupportedException();

        public Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException();
    }
}
