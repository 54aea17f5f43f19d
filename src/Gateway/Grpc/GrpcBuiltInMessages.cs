using Google.Protobuf;
using Messaging.Buffers;
using Messaging.Compression;
using Messaging.Serialization;

namespace Messaging.Grpc;

/// <summary>Reads and writes the messages of the services that the gateway itself serves.</summary>
internal static class GrpcBuiltInMessages
{
    // Names and little more.
    private const int MaxBytes = 64 * 1024;

    /// <exception cref="RpcException">The client wants them in another codec than protobuf.</exception>
    public static void RequireProtobuf(GrpcCall call)
    {
        if (string.Equals(call.Type.Codec, "json", StringComparison.Ordinal))
        {
            throw new RpcException(StatusCode.Unimplemented, $"The service '{call.Service}' reads protobuf alone: send application/grpc.");
        }
    }

    /// <exception cref="RpcException"><see cref="StatusCode.InvalidArgument"/>: it is no such message.</exception>
    public static T Read<T>(MessageParser<T> parser, in RawPayload payload)
        where T : IMessage<T>
    {
        try
        {
            if (payload.Encoding is not { } encoding)
            {
                return parser.ParseFrom(payload.Body.Span);
            }

            var plain = BodyDecompressor.Decompress(encoding, payload.Body, MaxBytes);
            try
            {
                return parser.ParseFrom(plain.Written.Span);
            }
            finally
            {
                plain.Return();
            }
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidDataException)
        {
            throw new RpcException(StatusCode.InvalidArgument, $"The message is no {typeof(T).Name}: {exception.Message}", exception);
        }
        catch (PayloadTooLargeException exception)
        {
            throw new RpcException(StatusCode.ResourceExhausted, exception.Message, exception);
        }
    }

    public static void Write(GrpcCall call, IMessage message) => call.Write(new RawPayload(message.ToByteArray()));

    /// <summary>Says that a service has no such method.</summary>
    public static RpcException Unimplemented(GrpcCall call) =>
        new(StatusCode.Unimplemented, $"The service '{call.Service}' has no method '{call.Method}'.");
}
