namespace Messaging.Testing.Brokers;

/// <summary>The installed rabbitmq-server, run without privileges: everything that it writes lies in one folder.</summary>
internal sealed class InstalledHost : IBrokerHost
{
    private const string Binaries = "/usr/lib/rabbitmq/bin";

    public InstalledHost(string name, ClusterMembership? membership = null)
    {
        if (!File.Exists(Path.Combine(Binaries, "rabbitmq-server")))
        {
            throw new InvalidOperationException(
                $"No RabbitMQ for the tests: {Binaries}/rabbitmq-server does not exist. Install the package rabbitmq-server, or name a root folder that holds one ({BrokerChoice.RootVariable}), or set {BrokerChoice.ImageVariable} to a RabbitMQ image and have Docker run.");
        }

        Folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), name)).FullName;
        Marker = membership?.Cluster ?? name;
        Port = FreePorts.Take();
        Environment = NodeFiles.Write(Folder, Folder, name, Port, membership);
    }

    public string Folder { get; }

    public string Marker { get; }

    public int Port { get; }

    public string StartCommand => $"exec {Binaries}/rabbitmq-server";

    public string KillCommand => "kill -s KILL -- \"-$1\"";

    public string RemoveCommand => KillCommand;

    public string FreezeCommand => "kill -s STOP -- \"-$1\"";

    public string ThawCommand => "kill -s CONT -- \"-$1\"";

    public IReadOnlyDictionary<string, string> Environment { get; }

    public IReadOnlyList<string> Rabbitmqctl => [Path.Combine(Binaries, "rabbitmqctl")];
}
