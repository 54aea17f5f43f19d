using System.CommandLine;
using Messaging.Cli.Output;

namespace Messaging.Cli.Hosting;

/// <summary>The options that every command takes.</summary>
internal static class GlobalOptions
{
    public static Option<Uri?> Broker { get; } = new("--broker")
    {
        Description = "RabbitMQ's address, amqp://user:password@host:port/vhost or amqps://… Default: MESSAGING_BROKER, then Messaging:RabbitMq:* of the configuration, then amqp://localhost.",
        HelpName = "uri",
        Recursive = true,
        CustomParser = static result => ParseBroker(result.Tokens[0].Value, result.AddError),
    };

    public static Option<bool> Tls { get; } = new("--tls") { Description = "Use TLS. amqps:// does it too.", Recursive = true };

    public static Option<FileInfo?> Authority { get; } = new("--tls-ca")
    {
        Description = "A PEM file of the certificate authorities to trust instead of the system's.",
        HelpName = "file",
        Recursive = true,
    };

    public static Option<string?> ServerName { get; } = new("--tls-server-name")
    {
        Description = "The name that the broker's certificate must carry. Default: the host.",
        HelpName = "name",
        Recursive = true,
    };

    public static Option<FileInfo?> ClientCertificate { get; } = new("--tls-client-certificate")
    {
        Description = "A PKCS#12 file with our certificate and key. Its password: Messaging__RabbitMq__Tls__ClientCertificatePassword.",
        HelpName = "file",
        Recursive = true,
    };

    public static Option<TimeSpan?> Timeout { get; } = Duration("--timeout", "How long a call may take, e.g. 500ms, 5s, 2m. Default: what the contract says, else 30 s. At most 10 s for connecting.", recursive: true);

    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON: one document, or one a line where results keep coming. Errors too, on the error output.", Recursive = true };

    public static Option<bool> NoColor { get; } = new("--no-color") { Description = "Print without colours. NO_COLOR does it too.", Recursive = true };

    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "Print more: response headers and trailers, and where time went.", Recursive = true };

    public static void AddTo(Command root)
    {
        foreach (var option in (Option[])[Broker, Tls, Authority, ServerName, ClientCertificate, Timeout, Json, NoColor, Verbose])
        {
            root.Options.Add(option);
        }
    }

    /// <summary>An option that takes a length of time.</summary>
    public static Option<TimeSpan?> Duration(string name, string description, bool recursive = false) => new(name)
    {
        Description = description,
        HelpName = "duration",
        Recursive = recursive,
        CustomParser = result =>
        {
            if (Durations.TryParse(result.Tokens[0].Value, out var duration))
            {
                return duration;
            }

            result.AddError($"{name} is '{result.Tokens[0].Value}': write a duration such as 500ms, 5s or 2m.");
            return null;
        },
    };

    /// <summary>The address, unless it can't be one. The value is not repeated: it may hold a password.</summary>
    public static Uri? ParseBroker(string text, Action<string> refuse)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps" && uri.Host.Length > 0)
        {
            return uri;
        }

        refuse("The broker's address is not one: write amqp://user:password@host:5672/vhost, or amqps:// for TLS (percent-encode special characters of the password).");
        return null;
    }
}
