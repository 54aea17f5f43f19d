namespace Messaging.Grpc;

/// <summary>One message of a gRPC stream: a <c>Length-Prefixed-Message</c> without its head.</summary>
/// <param name="IsCompressed">Whether it is compressed, as the stream's <c>grpc-encoding</c> says.</param>
/// <param name="Body">The message, in memory of its own.</param>
internal readonly record struct GrpcFrame(bool IsCompressed, ReadOnlyMemory<byte> Body);
