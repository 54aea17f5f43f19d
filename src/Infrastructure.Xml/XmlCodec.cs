using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Xml;
using System.Xml.Serialization;
using Messaging.Buffers;
using Messaging.Serialization;

namespace Messaging.Xml;

/// <summary>Writes and reads one type. What comes in has no DTD, hence no entities of its own, and is nested at most 64 levels deep.</summary>
[RequiresUnreferencedCode("XmlSerializer works by reflection.")]
[RequiresDynamicCode("XmlSerializer generates code.")]
internal sealed class XmlCodec<T>(XmlSerializer serializer) : PayloadCodec<T>
{
    private const int MaxDepth = 64;

    private static readonly XmlWriterSettings _writing = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
        CloseOutput = false,
    };

    private static readonly XmlReaderSettings _reading = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        CloseInput = false,
    };

    // No xsi and xsd on every root.
    private static readonly XmlSerializerNamespaces _noNamespaces = new([XmlQualifiedName.Empty]);

    public override void Encode(T value, IBufferWriter<byte> output)
    {
        using var writer = XmlWriter.Create(new BufferStream(output), _writing);
        serializer.Serialize(writer, value, _noNamespaces);
    }

    public override T Decode(ReadOnlySpan<byte> body)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(body.Length);
        try
        {
            body.CopyTo(bytes);
            CheckDepth(bytes, body.Length);
            using var reader = Open(bytes, body.Length);
            return (T)serializer.Deserialize(reader)!;
        }
        catch (InvalidOperationException exception) when (exception.InnerException is { } inner)
        {
            // The outer one says only where; what is wrong stands in the inner one.
            throw new XmlException($"{exception.Message} {inner.Message}", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static void CheckDepth(byte[] bytes, int length)
    {
        // Types that contain themselves are read recursively, which would overflow the stack.
        using var reader = Open(bytes, length);
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth)
            {
                throw new XmlException($"The elements are nested more than {MaxDepth} levels deep.");
            }
        }
    }

    private static XmlReader Open(byte[] bytes, int length) => XmlReader.Create(new MemoryStream(bytes, 0, length, writable: false), _reading);
}
