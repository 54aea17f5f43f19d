using System.Globalization;

namespace Messaging.Testing.Brokers;

/// <summary>The installed rabbitmq-server, run without privileges: everything that it writes lies in one folder.</summary>
internal sealed class InstalledHost : IBrokerHost
{
    private const string Binaries = "/usr/lib/rabbitmq/bin";

    public InstalledHost(string folder, string name, ClusterMembership? membership = null)
    {
        if (!File.Exists(Path.Combine(Binaries, "rabbitmq-server")))
        {
            throw new InvalidOperationException(
                $"No RabbitMQ for the tests: {Binaries}/rabbitmq-server does not exist. Install the package rabbitmq-server, or set MESSAGING_TEST_IMAGE to a RabbitMQ image and have Docker run.");
        }

        Marker = membership?.Cluster ?? name;
        Port = FreePorts.Take();
        var configuration = Path.Combine(folder, "rabbitmq.conf");
        File.WriteAllText(configuration, BrokerConfiguration.Text + membership?.Configuration);
        var advanced = Path.Combine(folder, "advanced.config");
        File.WriteAllText(advanced, BrokerConfiguration.Advanced);
        var plugins = Path.Combine(folder, "enabled_plugins");
        File.WriteAllText(plugins, "[].\n");
        var home = Directory.CreateDirectory(Path.Combine(folder, "home"));
        membership?.WriteCookie(home.FullName);
        Environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = home.FullName,
            ["RABBITMQ_NODENAME"] = name + "@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = Port.ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_DIST_PORT"] = FreePorts.Take().ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = plugins,
            ["RABBITMQ_CONFIG_FILE"] = configuration,
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = advanced,
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        };
    }

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
