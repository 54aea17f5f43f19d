namespace Messaging.Testing.Brokers;

/// <summary>Which RabbitMQ the private brokers run: the environment says so, and the installed server is what it is without.</summary>
internal static class BrokerChoice
{
    /// <summary>Names a root folder with another system's rabbitmq-server.</summary>
    public const string RootVariable = "MESSAGING_TEST_BROKER";

    /// <summary>Names an image to run in Docker.</summary>
    public const string ImageVariable = "MESSAGING_TEST_IMAGE";

    /// <summary>Containers of an image are not joined yet.</summary>
    public static bool CanFormClusters => Image is null;

    private static string? Image => Named(RootVariable) is null ? Named(ImageVariable) : null;

    /// <summary>A host for one broker.</summary>
    public static IBrokerHost Single(string name) => Image is { } image ? new DockerHost(image, name) : Node(name, null);

    /// <summary>A host for one node; a container can't be one of a cluster.</summary>
    public static IBrokerHost Node(string name, ClusterMembership? membership) =>
        Named(RootVariable) is { } root ? new RootFolderHost(root, name, membership) : new InstalledHost(name, membership);

    private static string? Named(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
