using Google.Protobuf.Reflection;

namespace Messaging.Protobuf;

/// <summary>How protobuf messages are written and read.</summary>
public sealed class ProtobufPayloadOptions
{
    private readonly List<FileDescriptor> _files = [];

    /// <summary>
    /// Whether JSON with fields that a message lacks is read, and those fields are lost. Default: false, it is refused,
    /// as protobuf's JSON mapping asks for. In the binary format unknown fields are always kept.
    /// </summary>
    public bool IgnoreUnknownJsonFields { get; set; }

    internal IReadOnlyList<FileDescriptor> Files => _files;

    /// <summary>
    /// Registers the messages of a generated file, e.g. <c>GreeterReflection.Descriptor</c>, and of those that it imports.
    /// Needed in trimmed and NativeAOT applications, and for messages that travel in a <c>google.protobuf.Any</c> as JSON.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <returns>These options.</returns>
    public ProtobufPayloadOptions Add(FileDescriptor file)
    {
        ArgumentNullException.ThrowIfNull(file);
        _files.Add(file);
        return this;
    }
}
