using Google.Protobuf;
using Google.Protobuf.Reflection;
using Messaging.Descriptions;

namespace Messaging.Discovery;

/// <summary>Reads what services a server has from its files' descriptors.</summary>
internal static class UpstreamDescriptors
{
    private const string Protobuf = "application/x-protobuf";

    /// <summary>The services of the files, those of gRPC itself left out.</summary>
    /// <param name="files">The files, each with all that it imports among them.</param>
    /// <param name="wanted">The services that are wanted; empty for all.</param>
    /// <exception cref="InvalidDataException">A service that is wanted is not among them, or a file that is imported.</exception>
    public static IReadOnlyList<ServiceDescription> Read(IEnumerable<FileDescriptorProto> files, ISet<string> wanted)
    {
        var byName = new Dictionary<string, FileDescriptorProto>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            byName[file.Name] = file;
        }

        var services = new List<ServiceDescription>();
        foreach (var file in byName.Values)
        {
            foreach (var service in file.Service)
            {
                var name = file.Package.Length == 0 ? service.Name : $"{file.Package}.{service.Name}";
                if (wanted.Count > 0 ? wanted.Contains(name) : !name.StartsWith("grpc.", StringComparison.Ordinal))
                {
                    services.Add(Describe(name, service, [.. Closure(file, byName).Select(static file => (ReadOnlyMemory<byte>)file.ToByteArray())]));
                }
            }
        }

        foreach (var name in wanted)
        {
            if (!services.Exists(service => string.Equals(service.Name, name, StringComparison.Ordinal)))
            {
                throw new InvalidDataException($"The server's descriptors have no service '{name}'. They have: {string.Join(", ", services.Select(static service => service.Name))}.");
            }
        }

        return services;
    }

    private static ServiceDescription Describe(string name, ServiceDescriptorProto service, IReadOnlyList<ReadOnlyMemory<byte>> files) => new()
    {
        Name = name,
        Operations =
        [
            .. service.Method.Select((method, index) => new OperationDescription
            {
                Name = method.Name,
                Kind = KindOf(method),
                ContentTypes = [Protobuf],
                Idempotent = method.Options?.IdempotencyLevel is MethodOptions.Types.IdempotencyLevel.Idempotent or MethodOptions.Types.IdempotencyLevel.NoSideEffects,
                RequestMessage = method.InputType.TrimStart('.'),
                ReplyMessage = method.OutputType.TrimStart('.'),
                Files = index == 0 ? files : [],
            }),
        ],
    };

    private static OperationKind KindOf(MethodDescriptorProto method) => (method.ClientStreaming, method.ServerStreaming) switch
    {
        (false, false) => OperationKind.Call,
        (false, true) => OperationKind.ReplyStream,
        (true, false) => OperationKind.RequestStream,
        (true, true) => OperationKind.DuplexStream,
    };

    /// <summary>A file and all that it imports, imported ones first.</summary>
    private static List<FileDescriptorProto> Closure(FileDescriptorProto file, Dictionary<string, FileDescriptorProto> byName)
    {
        var all = new List<FileDescriptorProto>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Add(file);
        return all;

        void Add(FileDescriptorProto next)
        {
            if (!seen.Add(next.Name))
            {
                return;
            }

            foreach (var import in next.Dependency)
            {
                Add(byName.TryGetValue(import, out var imported)
                    ? imported
                    : throw new InvalidDataException($"'{next.Name}' imports '{import}', which is not among the descriptors: write them with --include_imports."));
            }

            all.Add(next);
        }
    }
}
