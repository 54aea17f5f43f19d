using System.Globalization;

namespace Messaging.Testing.Brokers;

/// <summary>The folder of one RabbitMQ node, what it is configured with there, and the environment that has it use nothing else.</summary>
internal static class NodeFiles
{
    /// <summary>Writes the configuration and takes the ports.</summary>
    /// <param name="folder">The folder as this process sees it.</param>
    /// <param name="folderOfServer">The same folder as the server sees it.</param>
    /// <param name="name">The node's name, without its host.</param>
    /// <param name="port">Where it is to listen.</param>
    /// <param name="membership">What makes it one of a cluster.</param>
    public static Dictionary<string, string> Write(string folder, string folderOfServer, string name, int port, ClusterMembership? membership)
    {
        File.WriteAllText(Path.Combine(folder, "rabbitmq.conf"), BrokerConfiguration.Text + membership?.Configuration);
        File.WriteAllText(Path.Combine(folder, "advanced.config"), BrokerConfiguration.Advanced);
        File.WriteAllText(Path.Combine(folder, "enabled_plugins"), "[].\n");
        var home = Directory.CreateDirectory(Path.Combine(folder, "home"));
        membership?.WriteCookie(home.FullName);
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["HOME"] = Path.Combine(folderOfServer, home.Name),
            ["RABBITMQ_NODENAME"] = name + "@localhost",
            ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_NODE_PORT"] = port.ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_DIST_PORT"] = FreePorts.Take().ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folderOfServer, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(folderOfServer, "log"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folderOfServer, "enabled_plugins"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folderOfServer, "rabbitmq.conf"),
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = Path.Combine(folderOfServer, "advanced.config"),
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
        };
    }
}
