using Google.Protobuf;
using Google.Protobuf.Reflection;
using Messaging.Forwarding;
using Messaging.Serialization;

namespace Messaging.Reflection;

/// <summary>Asks a server for the files that describe its services.</summary>
internal sealed class ReflectionClient(UpstreamService server)
{
    private const int MaxFiles = 10_000;

    private static readonly string[] _services = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];

    /// <exception cref="RpcException">The server has no reflection, or refused to answer.</exception>
    public async Task<IReadOnlyList<FileDescriptorProto>> GetFilesAsync(CancellationToken cancellationToken)
    {
        foreach (var service in _services)
        {
            try
            {
                return await GetFilesAsync(service, cancellationToken).ConfigureAwait(false);
            }
            catch (RpcException exception) when (exception.Status == StatusCode.Unimplemented)
            {
                // The older name is asked next.
            }
        }

        throw new RpcException(
            StatusCode.Unimplemented,
            "The server has no reflection: turn it on there, or set Messaging:Sidecar:DescriptorSet to what protoc --include_imports --descriptor_set_out wrote.");
    }

    private async Task<IReadOnlyList<FileDescriptorProto>> GetFilesAsync(string service, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, FileDescriptorProto>(StringComparer.Ordinal);
        var listed = await AskAsync(service, new ReflectionRequest { ListServices = "*" }, cancellationToken).ConfigureAwait(false);
        foreach (var known in listed.ListServicesResponse?.Service ?? [])
        {
            await AddAsync(service, new ReflectionRequest { FileContainingSymbol = known.Name }, files, cancellationToken).ConfigureAwait(false);
        }

        // A server may send a file without those that it imports.
        while (files.Values.SelectMany(static file => file.Dependency).FirstOrDefault(name => !files.ContainsKey(name)) is { } missing)
        {
            await AddAsync(service, new ReflectionRequest { FileByFilename = missing }, files, cancellationToken).ConfigureAwait(false);
            if (!files.ContainsKey(missing) || files.Count > MaxFiles)
            {
                throw new RpcException(StatusCode.Internal, $"The server's reflection gave no '{missing}' when it was asked for it.");
            }
        }

        return [.. files.Values];
    }

    private async Task AddAsync(string service, ReflectionRequest request, Dictionary<string, FileDescriptorProto> files, CancellationToken cancellationToken)
    {
        var reply = await AskAsync(service, request, cancellationToken).ConfigureAwait(false);
        foreach (var bytes in reply.FileDescriptorResponse?.FileDescriptorProto ?? [])
        {
            var file = Parse(FileDescriptorProto.Parser, bytes.Span);
            files[file.Name] = file;
        }
    }

    private async Task<ReflectionReply> AskAsync(string service, ReflectionRequest request, CancellationToken cancellationToken)
    {
        var operation = new Operation<RawPayload, RawPayload>(service, "ServerReflectionInfo", OperationKind.DuplexStream);
        var bytes = await server.CallAsync(operation, new RawPayload(request.ToByteArray()), cancellationToken).ConfigureAwait(false);
        var reply = Parse(ReflectionReply.Parser, bytes.Body.Span);
        return reply.ErrorResponse is { } refusal
            ? throw new RpcException(StatusCode.Internal, $"The server's reflection refused to answer: {refusal.ErrorCode} {refusal.ErrorMessage}")
            : reply;
    }

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySpan<byte> bytes)
        where T : IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new RpcException(StatusCode.Internal, $"The server's reflection answered with something else than it should: {exception.Message}", exception);
        }
    }
}
