using Google.Protobuf;
using Google.Protobuf.Reflection;
using Messaging.Descriptions;
using Messaging.Forwarding;
using Messaging.Reflection;
using Messaging.Transport;
using Microsoft.Extensions.Options;

namespace Messaging.Discovery;

/// <summary>Finds the services of the server: in a file of descriptors, or by its reflection.</summary>
internal sealed class UpstreamDiscovery(UpstreamServer server, ITransport transport, IOptions<SidecarOptions> options)
{
    /// <exception cref="InvalidDataException">The descriptors can't be read, or lack a service that is wanted.</exception>
    /// <exception cref="RpcException">The server's reflection does not answer.</exception>
    public async Task<IReadOnlyList<ServiceDescription>> FindAsync(CancellationToken cancellationToken)
    {
        var files = options.Value.DescriptorSet is { } path
            ? await ReadAsync(path, cancellationToken).ConfigureAwait(false)
            : await new ReflectionClient(new UpstreamService(server, transport.MaxMessageBytes)).GetFilesAsync(cancellationToken).ConfigureAwait(false);
        var services = UpstreamDescriptors.Read(files, options.Value.Services);
        return services.Count > 0
            ? services
            : throw new InvalidDataException("The server's descriptors have no service but gRPC's own: there is nothing to serve.");
    }

    private static async Task<IReadOnlyList<FileDescriptorProto>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        try
        {
            return FileDescriptorSet.Parser.ParseFrom(bytes).File;
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new InvalidDataException($"'{path}' is no file of descriptors: write it by protoc --include_imports --descriptor_set_out. {exception.Message}", exception);
        }
    }
}
