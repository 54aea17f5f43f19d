using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Messaging.RabbitMq;

/// <summary>What the options say about where the broker is and who we are, with the defaults filled in.</summary>
internal sealed class BrokerAddresses
{
    private const string DefaultHost = "localhost";
    private const string DefaultCredential = "guest";
    private const int UseDefaultPort = -1;
    private const int PlainPort = 5672;
    private const int TlsPort = 5671;

    private readonly (string Host, int Port)[] _endpoints;

    public BrokerAddresses(RabbitMqOptions options)
    {
        UsesTls = options.Tls.Enabled || string.Equals(options.Uri?.Scheme, "amqps", StringComparison.OrdinalIgnoreCase);
        var user = options.Uri?.UserInfo.Split(':', 2) ?? [];
        UserName = options.UserName ?? Part(user, 0) ?? DefaultCredential;
        Password = options.Password ?? Part(user, 1) ?? DefaultCredential;
        VirtualHost = options.VirtualHost ?? VirtualHostOf(options.Uri) ?? "/";
        _endpoints = [.. EndpointsOf(options)];
    }

    public bool UsesTls { get; }

    public string UserName { get; }

    public string Password { get; }

    public string VirtualHost { get; }

    /// <summary>The endpoints in an order of its own for every attempt, so that clients spread over the nodes.</summary>
    public (string Host, int Port)[] Shuffled()
    {
        var endpoints = _endpoints.AsSpan().ToArray();
        Random.Shared.Shuffle(endpoints);
        return endpoints;
    }

    public static bool IsAmqp(Uri uri) => uri.IsAbsoluteUri && uri.Scheme is "amqp" or "amqps";

    public static bool TryParse(string endpoint, [NotNullWhen(true)] out string? host, out int port)
    {
        host = null;
        port = UseDefaultPort;
        if (string.IsNullOrWhiteSpace(endpoint) || !Uri.TryCreate("amqp://" + endpoint, UriKind.Absolute, out var parsed) ||
            parsed.Host.Length == 0 || parsed.UserInfo.Length > 0 || parsed.AbsolutePath.Length > 1)
        {
            return false;
        }

        host = parsed.DnsSafeHost;
        port = parsed.Port;
        return true;
    }

    private IEnumerable<(string Host, int Port)> EndpointsOf(RabbitMqOptions options)
    {
        var defaultPort = UsesTls ? TlsPort : PlainPort;
        if (options.Uri is { } uri)
        {
            yield return (uri.Host.Length == 0 ? DefaultHost : uri.DnsSafeHost, uri.Port == UseDefaultPort ? defaultPort : uri.Port);
        }

        foreach (var endpoint in options.Endpoints)
        {
            if (TryParse(endpoint, out var host, out var port))
            {
                yield return (host, port == UseDefaultPort ? defaultPort : port);
            }
        }

        if (options.Uri is null && options.Endpoints.Count == 0)
        {
            yield return (DefaultHost, defaultPort);
        }
    }

    private static string? Part(string[] user, int index) =>
        user.Length > index && user[index].Length > 0 ? Uri.UnescapeDataString(user[index]) : null;

    private static string? VirtualHostOf(Uri? uri) =>
        uri is { AbsolutePath.Length: > 1 } ? Uri.UnescapeDataString(uri.AbsolutePath[1..]) : null;

    /// <summary>An endpoint as logs and errors name it.</summary>
    public static string Describe(string host, int port) => string.Create(CultureInfo.InvariantCulture, $"{host}:{port}");
}
