using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Messaging.Descriptions;

namespace Messaging.Grpc.Reflection;

/// <summary>The protobuf files of a service, by their names and by what they define.</summary>
internal sealed class FileIndex
{
    private readonly Dictionary<string, (FileDescriptorProto File, ByteString Bytes)> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _fileOfSymbol = new(StringComparer.Ordinal);

    /// <summary>Files of this program.</summary>
    public FileIndex(IEnumerable<FileDescriptor> files)
    {
        foreach (var file in files)
        {
            Add(file.SerializedData);
        }
    }

    /// <summary>
    /// The files that a service's workers sent. A service whose messages they define, but which is defined by its C#
    /// contract alone, gets a file of its own.
    /// </summary>
    public FileIndex(ServiceDescription description)
    {
        foreach (var file in description.Operations.SelectMany(static operation => operation.Files))
        {
            Add(ByteString.CopyFrom(file.Span));
        }

        if (!_fileOfSymbol.ContainsKey(description.Name) && DescribeContract(description) is { } contract)
        {
            Add(EmptyReflection.Descriptor.SerializedData);
            Add(contract.ToByteString());
        }
    }

    /// <summary>A file and all that it imports, the file first; null where there is none of that name.</summary>
    public IReadOnlyList<ByteString>? FindFile(string name)
    {
        if (!_files.ContainsKey(name))
        {
            return null;
        }

        var found = new List<ByteString>();
        var seen = new HashSet<string>(StringComparer.Ordinal) { name };
        var next = new Queue<string>([name]);
        while (next.TryDequeue(out var current))
        {
            if (_files.TryGetValue(current, out var entry))
            {
                found.Add(entry.Bytes);
                foreach (var imported in entry.File.Dependency.Where(seen.Add))
                {
                    next.Enqueue(imported);
                }
            }
        }

        return found;
    }

    /// <summary>The file that defines a message, an enum, a service or a method, with all that it imports; null where none does.</summary>
    public IReadOnlyList<ByteString>? FindSymbol(string symbol) => _fileOfSymbol.TryGetValue(symbol, out var file) ? FindFile(file) : null;

    private void Add(ByteString bytes)
    {
        FileDescriptorProto file;
        try
        {
            file = FileDescriptorProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            // A worker in any language may have sent it: the others are still of use.
            return;
        }

        if (!_files.TryAdd(file.Name, (file, bytes)))
        {
            return;
        }

        var package = file.Package.Length == 0 ? string.Empty : file.Package + ".";
        foreach (var message in file.MessageType)
        {
            Add(package, message, file.Name);
        }

        foreach (var definition in file.EnumType)
        {
            _fileOfSymbol.TryAdd(package + definition.Name, file.Name);
        }

        foreach (var service in file.Service)
        {
            _fileOfSymbol.TryAdd(package + service.Name, file.Name);
            foreach (var method in service.Method)
            {
                _fileOfSymbol.TryAdd($"{package}{service.Name}.{method.Name}", file.Name);
            }
        }
    }

    private void Add(string prefix, DescriptorProto message, string file)
    {
        _fileOfSymbol.TryAdd(prefix + message.Name, file);
        foreach (var nested in message.NestedType)
        {
            Add($"{prefix}{message.Name}.", nested, file);
        }

        foreach (var definition in message.EnumType)
        {
            _fileOfSymbol.TryAdd($"{prefix}{message.Name}.{definition.Name}", file);
        }
    }

    private FileDescriptorProto? DescribeContract(ServiceDescription description)
    {
        var empty = Empty.Descriptor;
        var imports = new SortedSet<string>(StringComparer.Ordinal);
        var dot = description.Name.LastIndexOf('.');
        var service = new ServiceDescriptorProto { Name = description.Name[(dot + 1)..] };
        foreach (var operation in description.Operations)
        {
            if (operation.RequestMessage is not { } request || !_fileOfSymbol.TryGetValue(request, out var requestFile))
            {
                continue;
            }

            var reply = operation.ReplyMessage is { } known && _fileOfSymbol.ContainsKey(known) ? known : empty.FullName;
            imports.Add(requestFile);
            imports.Add(_fileOfSymbol.GetValueOrDefault(reply, empty.File.Name));
            service.Method.Add(new MethodDescriptorProto
            {
                Name = operation.Name,
                InputType = "." + request,
                OutputType = "." + reply,
                ClientStreaming = operation.Kind is OperationKind.RequestStream or OperationKind.DuplexStream,
                ServerStreaming = operation.Kind is OperationKind.ReplyStream or OperationKind.DuplexStream,
            });
        }

        return service.Method.Count == 0
            ? null
            : new FileDescriptorProto
            {
                Name = $"messaging/{description.Name}.proto",
                Package = dot < 0 ? string.Empty : description.Name[..dot],
                Syntax = "proto3",
                Dependency = { imports },
                Service = { service },
            };
    }
}
