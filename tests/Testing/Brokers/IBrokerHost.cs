namespace Messaging.Testing.Brokers;

/// <summary>Where a private broker runs: what starts, kills and removes it, and how its command line tool is reached.</summary>
internal interface IBrokerHost
{
    /// <summary>The folder of its own, which is removed with it.</summary>
    string Folder { get; }

    /// <summary>A part of the name that the broker states in its handshake, by which it is told from others.</summary>
    string Marker { get; }

    /// <summary>The broker's AMQP port on the loopback interface.</summary>
    int Port { get; }

    /// <summary>Shell command that starts the broker, on the data that it may have left, and runs as long as it does.</summary>
    string StartCommand { get; }

    /// <summary>Shell command that kills the broker (-9) and leaves its data. <c>$1</c> is the session that was started.</summary>
    string KillCommand { get; }

    /// <summary>Shell command that removes the broker and what it left outside the folder. <c>$1</c> as above.</summary>
    string RemoveCommand { get; }

    /// <summary>Shell command that stops the broker's processes where they are. <c>$1</c> as above.</summary>
    string FreezeCommand { get; }

    /// <summary>Shell command that lets them go on. <c>$1</c> as above.</summary>
    string ThawCommand { get; }

    /// <summary>Environment variables for the commands.</summary>
    IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Program and first arguments of <c>rabbitmqctl</c>.</summary>
    IReadOnlyList<string> Rabbitmqctl { get; }
}
