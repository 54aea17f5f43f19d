namespace Messaging.Testing.Brokers;

/// <summary>
/// The rabbitmq-server of another system, which lies in a root folder (eng/brokers.sh makes them), run by chroot as that
/// system's user rabbitmq. All that it writes lies in one folder below the root's /var/lib/rabbitmq; its /proc belongs to
/// a mount namespace of its own and is gone with the broker. This process must be root's.
/// </summary>
internal sealed class RootFolderHost : IBrokerHost
{
    private const string Binaries = "/usr/lib/rabbitmq/bin";
    private const string Data = "/var/lib/rabbitmq";

    private readonly string _root;

    public RootFolderHost(string root, string name, ClusterMembership? membership = null)
    {
        _root = Path.GetFullPath(root);
        if (!Directory.Exists(Within(Binaries)))
        {
            throw new InvalidOperationException(
                $"No RabbitMQ for the tests: {BrokerChoice.RootVariable} is '{root}' and {Within(Binaries)} does not exist. Make such a folder with eng/brokers.sh, or unset the variable to run the installed server.");
        }

        if (!System.Environment.IsPrivilegedProcess)
        {
            throw new InvalidOperationException(
                $"{BrokerChoice.RootVariable} is '{root}', and only root may run a server in a root folder. Run the tests as root, or unset the variable to run the installed server.");
        }

        Folder = Directory.CreateDirectory(Within($"{Data}/{name}")).FullName;
        Marker = membership?.Cluster ?? name;
        Port = FreePorts.Take();
        var environment = NodeFiles.Write(Folder, $"{Data}/{name}", name, Port, membership);
        // Of the tests' own environment only this is of use there; what it names may not exist in the other system.
        environment["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin";
        environment["LC_ALL"] = "C.UTF-8";
        environment["TMPDIR"] = "/tmp";
        Environment = environment;
    }

    public string Folder { get; }

    public string Marker { get; }

    public int Port { get; }

    public string StartCommand =>
        $"chown -R --reference='{Within(Data)}' '{Folder}' && " +
        $"exec unshare --mount --propagation private sh -c 'mount -t proc proc \"$0/proc\" && exec chroot --userspec=rabbitmq:rabbitmq \"$0\" {Binaries}/rabbitmq-server' '{_root}'";

    public string KillCommand => "kill -s KILL -- \"-$1\"";

    public string RemoveCommand => KillCommand;

    public string FreezeCommand => "kill -s STOP -- \"-$1\"";

    public string ThawCommand => "kill -s CONT -- \"-$1\"";

    public IReadOnlyDictionary<string, string> Environment { get; }

    public IReadOnlyList<string> Rabbitmqctl => ["chroot", "--userspec=rabbitmq:rabbitmq", _root, $"{Binaries}/rabbitmqctl"];

    private string Within(string path) => _root.TrimEnd('/') + path;
}
