namespace Messaging;

/// <summary>Which gRPC server serves which services from their queues. Bound from <c>Messaging:Sidecar</c>.</summary>
public sealed class SidecarOptions
{
    /// <summary>The gRPC server, e.g. <c>http://127.0.0.1:50052</c>: HTTP/2, without TLS for <c>http</c>. Required.</summary>
    public Uri? Upstream { get; set; }

    /// <summary>
    /// The full names of the services that it serves, e.g. <c>example.Greeter</c>. Default: none, all that its
    /// descriptors have but gRPC's own.
    /// </summary>
    public ISet<string> Services { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>
    /// A file of descriptors that tells the services' methods, as <c>protoc --include_imports --descriptor_set_out</c>
    /// writes it. Default: null, the server is asked by reflection (<c>grpc.reflection.v1</c> or <c>v1alpha</c>).
    /// </summary>
    public string? DescriptorSet { get; set; }

    /// <summary>
    /// How long connecting to the server may take, and how often it is tried while it is away. Meanwhile nothing is
    /// taken from the queues. From 100 ms to a minute. Default: 1 s.
    /// </summary>
    public TimeSpan ConnectInterval { get; set; } = TimeSpan.FromSeconds(1);
}
