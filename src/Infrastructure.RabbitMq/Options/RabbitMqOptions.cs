namespace Messaging.RabbitMq;

/// <summary>How to reach RabbitMQ. Bound from the configuration section <c>Messaging:RabbitMq</c>.</summary>
public sealed class RabbitMqOptions
{
    /// <summary>
    /// The broker's address, e.g. <c>amqp://user:password@host:5672/vhost</c>; <c>amqps://</c> for TLS. Parts that it
    /// leaves out have RabbitMQ's defaults. Null (the default) with no <see cref="Endpoints"/>: <c>localhost</c>.
    /// </summary>
    public Uri? Uri { get; set; }

    /// <summary>
    /// More nodes of the same cluster, as <c>host</c> or <c>host:port</c>. They are tried together with the host of
    /// <see cref="Uri"/>, in random order, at every attempt to connect.
    /// </summary>
    public IList<string> Endpoints { get; } = [];

    /// <summary>The user's name. Null (the default): that of <see cref="Uri"/>, or <c>guest</c>. Read anew at every connection.</summary>
    public string? UserName { get; set; }

    /// <summary>The password. Null (the default): that of <see cref="Uri"/>, or <c>guest</c>. Read anew at every connection.</summary>
    public string? Password { get; set; }

    /// <summary>The virtual host. Null (the default): that of <see cref="Uri"/>, or <c>/</c>.</summary>
    public string? VirtualHost { get; set; }

    /// <summary>TLS. Used where it is enabled or <see cref="Uri"/> begins with <c>amqps://</c>.</summary>
    public RabbitMqTlsOptions Tls { get; } = new();

    /// <summary>The name that the broker's tools show for our connections. Null (the default): the process's name.</summary>
    public string? ClientProvidedName { get; set; }

    /// <summary>How long one endpoint may take to accept and open a connection. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The interval of heartbeats; a broker that is silent for two of them is taken for dead. Default 5 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The largest message body that is sent, in bytes. Default 16 MiB, the broker's own default since RabbitMQ 4. It must
    /// not be over the broker's <c>max_message_size</c>, which closes the channel on larger ones. At most 128 MiB.
    /// </summary>
    public int MaxMessageBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How replies come back to a requester. Default <see cref="RabbitMqReplyPath.ExclusiveQueue"/>.</summary>
    public RabbitMqReplyPath ReplyPath { get; set; }
}
