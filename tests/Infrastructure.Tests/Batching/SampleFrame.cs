using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Messaging.Wire;

namespace Messaging.Batching;

/// <summary>A frame of any content, to be written and read.</summary>
internal sealed record SampleFrame(
    UInt128 Id, uint Number, string Type, string? ContentType, IReadOnlyDictionary<string, object?>? Headers, byte[] Body)
{
    private const int MaxNameChars = 85;

    private static readonly Gen<string> _name = Hostile.Text.Select(text => (text ?? string.Empty) is var name && name.Length > MaxNameChars ? name[..MaxNameChars] : name);

    private static readonly Gen<IReadOnlyDictionary<string, object?>?> _headers =
        from absent in Gen.Choose(0, 1)
        from count in Gen.Choose(0, 5)
        from names in _name.ArrayOf(count)
        from values in Hostile.HeaderValue.ArrayOf(count)
        select absent == 0
            ? null
            : (IReadOnlyDictionary<string, object?>?)names.Zip(values).DistinctBy(pair => pair.First, StringComparer.Ordinal)
                .ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);

    private static readonly Gen<SampleFrame> _frame =
        from high in ArbMap.Default.GeneratorFor<ulong>()
        from low in ArbMap.Default.GeneratorFor<ulong>()
        from number in Gen.OneOf(ArbMap.Default.GeneratorFor<uint>(), Gen.Elements(0u, 1u, BatchFormat.NoTimeout - 1, BatchFormat.NoTimeout))
        from type in _name
        from contentType in _name
        from headers in _headers
        from body in Hostile.Bytes
        select new SampleFrame(new UInt128(high, low), number, type, contentType.Length == 0 ? null : contentType, headers, body);

    /// <summary>From one frame to a dozen.</summary>
    public static Gen<SampleFrame[]> Several { get; } =
        from count in Gen.Choose(1, 12)
        from frames in _frame.ArrayOf(count)
        select frames;

    /// <summary>Writes frames as a pump does.</summary>
    public static byte[] Write(IEnumerable<SampleFrame> frames, uint ageMs = 0)
    {
        var writer = new BatchWriter();
        writer.Begin();
        foreach (var frame in frames)
        {
            frame.WriteTo(writer);
        }

        writer.SetAge(ageMs);
        var bytes = writer.Written.ToArray();
        writer.Release();
        return bytes;
    }

    public int WriteTo(BatchWriter writer)
    {
        var names = new FrameNames(Type, ContentType);
        return writer.Write(Id, Number, names, Headers, Body, BatchWriter.Measure(names, Headers, Body.Length));
    }

    /// <summary>Whether a frame that was read is this one, its headers as text.</summary>
    public bool IsRead(in BatchFrame frame) =>
        frame.Id == Id
        && frame.Number == Number
        && string.Equals(frame.Type, Utf8(Type), StringComparison.Ordinal)
        && string.Equals(frame.ContentType, ContentType is null ? null : Utf8(ContentType), StringComparison.Ordinal)
        && frame.Body.Span.SequenceEqual(Body)
        && HeadersAreRead(frame.Headers);

    private bool HeadersAreRead(IReadOnlyDictionary<string, object?>? read)
    {
        if (Headers is null || read is null)
        {
            return Headers is null && read is null;
        }

        // Names that are no UTF-8 may become the same one; the last of them stays.
        var expected = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in Headers)
        {
            expected[Utf8(name)] = Utf8(HeaderValues.TryFormat(value) ?? string.Empty);
        }

        return expected.Count == read.Count && expected.All(header => header.Value.Equals(read[header.Key]));
    }

    private static string Utf8(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
