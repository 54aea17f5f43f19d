using System.Buffers;

namespace Messaging.Serialization;

/// <summary>Turns values into message bodies of one content type, and back.</summary>
public interface IPayloadSerializer
{
    /// <summary>The content type it writes and reads, e.g. <c>application/json</c>.</summary>
    string ContentType { get; }

    /// <summary>Finds the codec of a type. Asked once per operation, at start.</summary>
    /// <typeparam name="T">The payload's type.</typeparam>
    /// <returns>The codec.</returns>
    /// <exception cref="InvalidOperationException">The type can't be serialized; the message says what to register.</exception>
    PayloadCodec<T> GetCodec<T>();
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
