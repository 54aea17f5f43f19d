using Google.Protobuf.Reflection;

namespace Messaging.Protobuf;

/// <summary>Walks files and what they import.</summary>
internal static class ProtobufFiles
{
    /// <summary>The files and all that they import, each once, imported ones first.</summary>
    public static IReadOnlyList<FileDescriptor> WithImports(IEnumerable<FileDescriptor> files)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var all = new List<FileDescriptor>();
        foreach (var file in files)
        {
            Add(file);
        }

        return all;

        void Add(FileDescriptor file)
        {
            if (seen.Add(file.Name))
            {
                foreach (var imported in file.Dependencies)
                {
                    Add(imported);
                }

                all.Add(file);
            }
        }
    }
}
