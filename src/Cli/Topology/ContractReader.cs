using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Messaging.Cli.Calling;
using Messaging.Cli.Output;

namespace Messaging.Cli.Topology;

/// <summary>What a contract needs at the broker.</summary>
internal sealed record ContractNeed(string Service, bool Commands, bool Urgent, int Partitions);

/// <summary>Finds contracts in an assembly's metadata, without loading it.</summary>
internal static class ContractReader
{
    private const int DefaultPartitions = 8;

    /// <exception cref="CliException">The file is no assembly, or has no contracts.</exception>
    public static IReadOnlyList<ContractNeed> Read(string path)
    {
        try
        {
            using var file = new PEReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read));
            if (!file.HasMetadata)
            {
                throw CliException.Usage($"'{path}' is no .NET assembly.");
            }

            var metadata = file.GetMetadataReader();
            var contracts = metadata.TypeDefinitions.Select(type => Read(metadata, metadata.GetTypeDefinition(type))).OfType<ContractNeed>().ToList();
            return contracts.Count > 0 ? contracts : throw CliException.Usage($"'{path}' has no interface that is marked with [Service].");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BadImageFormatException)
        {
            throw CliException.Usage($"The assembly '{path}' can't be read: {exception.Message}");
        }
    }

    private static ContractNeed? Read(MetadataReader metadata, TypeDefinition type)
    {
        if (Find(metadata, type.GetCustomAttributes(), "ServiceAttribute") is not { } service || service.FixedArguments is not [{ Value: string name }])
        {
            return null;
        }

        var (commands, urgent, ordered) = (false, false, false);
        foreach (var method in type.GetMethods())
        {
            if (Find(metadata, metadata.GetMethodDefinition(method).GetCustomAttributes(), "CommandAttribute") is { } command)
            {
                commands = true;
                urgent |= command.NamedArguments.Any(static argument => string.Equals(argument.Name, "Priority", StringComparison.Ordinal));
                ordered |= command.NamedArguments.Any(static argument => argument is { Name: "OrderedBy", Value: string });
            }
        }

        var partitions = service.NamedArguments.FirstOrDefault(static argument => string.Equals(argument.Name, "CommandPartitions", StringComparison.Ordinal)).Value as int?;
        return new ContractNeed(Target.CheckService(name), commands, urgent, ordered ? partitions ?? DefaultPartitions : 0);
    }

    private static CustomAttributeValue<string>? Find(MetadataReader metadata, CustomAttributeHandleCollection attributes, string name)
    {
        foreach (var handle in attributes)
        {
            var attribute = metadata.GetCustomAttribute(handle);
            if (attribute.Constructor.Kind == HandleKind.MemberReference
                && metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } parent
                && metadata.GetTypeReference((TypeReferenceHandle)parent) is var type
                && metadata.StringComparer.Equals(type.Name, name)
                && metadata.StringComparer.Equals(type.Namespace, "Messaging"))
            {
                return attribute.DecodeValue(TypeNames.Instance);
            }
        }

        return null;
    }

    /// <summary>Types by their names alone; the enums of our attributes are numbers of 32 bits.</summary>
    private sealed class TypeNames : ICustomAttributeTypeProvider<string>
    {
        public static TypeNames Instance { get; } = new();

        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

        public string GetSystemType() => "System.Type";

        public string GetSZArrayType(string elementType) => elementType + "[]";

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => reader.GetString(reader.GetTypeDefinition(handle).Name);

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => reader.GetString(reader.GetTypeReference(handle).Name);

        public string GetTypeFromSerializedName(string name) => name;

        public PrimitiveTypeCode GetUnderlyingEnumType(string type) => PrimitiveTypeCode.Int32;

        public bool IsSystemType(string type) => string.Equals(type, "System.Type", StringComparison.Ordinal);
    }
}
