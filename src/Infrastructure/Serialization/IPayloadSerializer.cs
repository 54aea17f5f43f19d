using System.Buffers;
using System.Text.Json.Nodes;

namespace Messaging.Serialization;

/// <summary>Turns values into message bodies of one content type, and back.</summary>
public interface IPayloadSerializer
{
    /// <summary>The content type it writes and reads, e.g. <c>application/json</c>.</summary>
    string ContentType { get; }

    /// <summary>Whether it takes a type. Of several serializers of one content type the first that does serves it.</summary>
    /// <param name="type">The payload's type.</param>
    /// <returns>True by default.</returns>
    bool Takes(Type type) => true;

    /// <summary>Describes a type for who calls without the contract. Asked once per operation, when somebody asks for the service's description.</summary>
    /// <typeparam name="T">The payload's type.</typeparam>
    /// <returns>What is known of it; empty by default.</returns>
    PayloadDescription Describe<T>() => new();

    /// <summary>Finds the codec of a type. Asked once per operation, at start.</summary>
    /// <typeparam name="T">The payload's type.</typeparam>
    /// <returns>The codec.</returns>
    /// <exception cref="InvalidOperationException">The type can't be serialized; the message says what to register.</exception>
    PayloadCodec<T> GetCodec<T>();
}

/// <summary>A payload's type, as its serializer describes it.</summary>
public sealed record PayloadDescription
{
    /// <summary>Its JSON Schema (draft 2020-12); null where the serializer knows none.</summary>
    public JsonNode? JsonSchema { get; init; }

    /// <summary>Its protobuf message's full name; null where it is none.</summary>
    public string? ProtobufMessage { get; init; }

    /// <summary>The serialized <c>FileDescriptorProto</c>s of its file and of those it imports, those that are imported first; empty where it is no protobuf message.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> ProtobufFiles { get; init; } = [];
}

/// <summary>Encodes and decodes one type. Thread-safe.</summary>
/// <typeparam name="T">The payload's type.</typeparam>
public abstract class PayloadCodec<T>
{
    /// <summary>Writes the value. Any exception means that it can't be encoded.</summary>
    /// <param name="value">The value.</param>
    /// <param name="output">Where to.</param>
    public abstract void Encode(T value, IBufferWriter<byte> output);

    /// <summary>Reads a value. The bytes are hostile; any exception means that they can't be decoded.</summary>
    /// <param name="body">The whole body; not valid after the return.</param>
    /// <returns>The value.</returns>
    public abstract T Decode(ReadOnlySpan<byte> body);
}
