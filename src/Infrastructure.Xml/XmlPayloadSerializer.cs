using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Xml.Serialization;
using Messaging.Serialization;

namespace Messaging.Xml;

/// <summary>XML by <see cref="XmlSerializer"/>.</summary>
[RequiresUnreferencedCode("XmlSerializer works by reflection.")]
[RequiresDynamicCode("XmlSerializer generates code.")]
internal sealed class XmlPayloadSerializer : IPayloadSerializer
{
    // By its name, as protobuf is no dependency of this.
    private const string ProtobufMessage = "Google.Protobuf.IMessage";

    private readonly ConcurrentDictionary<Type, Made> _serializers = new();

    public string ContentType => "application/xml";

    public bool Takes(Type type) => Find(type).Serializer is not null;

    public PayloadCodec<T> GetCodec<T>()
    {
        var made = Find(typeof(T));
        return made.Serializer is { } serializer
            ? new XmlCodec<T>(serializer)
            : throw new InvalidOperationException(
                $"{typeof(T)} can't be written as XML: {made.Failure} Give it a public constructor without parameters and properties that can be set, or leave UseXml() out.");
    }

    private Made Find(Type type) => _serializers.GetOrAdd(type, static type =>
    {
        if (type.GetInterface(ProtobufMessage) is not null)
        {
            return new Made(null, "It is a protobuf message.");
        }

        try
        {
            return new Made(new XmlSerializer(type), null);
        }
        catch (Exception exception) when (exception is InvalidOperationException or NotSupportedException or PlatformNotSupportedException)
        {
            // What is wrong with a type stands in the innermost one.
            return new Made(null, exception.GetBaseException().Message);
        }
    });

    private sealed record Made(XmlSerializer? Serializer, string? Failure);
}
