using System.Globalization;

namespace Messaging.Testing.Brokers;

/// <summary>A container of a RabbitMQ image; any image whose PATH holds rabbitmq-server and rabbitmqctl will do.</summary>
internal sealed class DockerHost : IBrokerHost
{
    private readonly string _name;

    public DockerHost(string image, string name)
    {
        _name = name;
        var folder = Folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), name)).FullName;
        Port = FreePorts.Take();
        var configuration = Path.Combine(folder, "messaging.conf");
        File.WriteAllText(configuration, BrokerConfiguration.Text);
        var advanced = Path.Combine(folder, "advanced.config");
        File.WriteAllText(advanced, BrokerConfiguration.Advanced);
        if (!OperatingSystem.IsWindows())
        {
            // The server in the container runs as a user of its own and must be able to read it.
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
            File.SetUnixFileMode(configuration, File.GetUnixFileMode(configuration) | UnixFileMode.OtherRead);
            File.SetUnixFileMode(advanced, File.GetUnixFileMode(advanced) | UnixFileMode.OtherRead);
        }

        var port = Port.ToString(CultureInfo.InvariantCulture);
        StartCommand =
            $"if docker container inspect {name} >/dev/null 2>&1; then exec docker start --attach {name}; fi; " +
            $"exec docker run --name {name} --hostname {name} --publish 127.0.0.1:{port}:5672 " +
            $"--volume {configuration}:/etc/rabbitmq/conf.d/99-messaging.conf:ro --volume {advanced}:/etc/rabbitmq/advanced.config:ro {image} rabbitmq-server";
    }

    public string Folder { get; }

    public string Marker => _name;

    public int Port { get; }

    public string StartCommand { get; }

    public string KillCommand => $"docker kill --signal KILL {_name}";

    public string RemoveCommand => $"docker rm --force --volumes {_name}";

    public string FreezeCommand => $"docker pause {_name}";

    public string ThawCommand => $"docker unpause {_name}";

    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public IReadOnlyList<string> Rabbitmqctl => ["docker", "exec", _name, "rabbitmqctl"];
}
