using System.CommandLine;
using Messaging.Cli.Output;
using Messaging.RabbitMq;
using Microsoft.Extensions.Configuration;

namespace Messaging.Cli.Hosting;

/// <summary>Which broker to use: the command line's, else the environment's, else the configuration's.</summary>
internal static class BrokerSettings
{
    /// <summary>The environment variable with the broker's address.</summary>
    public const string Variable = "MESSAGING_BROKER";

    private static readonly TimeSpan _longestConnect = TimeSpan.FromSeconds(10);

    /// <summary>The configuration: <c>appsettings.json</c> of the current folder and the environment.</summary>
    /// <exception cref="CliException">The file can't be read.</exception>
    public static IConfiguration Read()
    {
        try
        {
            return new ConfigurationBuilder()
                .AddJsonFile(Path.Combine(Environment.CurrentDirectory, "appsettings.json"), optional: true)
                .AddEnvironmentVariables()
                .Build();
        }
        catch (InvalidDataException exception)
        {
            throw CliException.Usage($"appsettings.json of this folder can't be read: {exception.GetBaseException().Message} Correct it, or run in another folder.");
        }
    }

    /// <summary>Lays what the command line says over the options.</summary>
    /// <exception cref="CliException">The environment's address is none.</exception>
    public static void Apply(ParseResult parsed, RabbitMqOptions options)
    {
        var variable = Environment.GetEnvironmentVariable(Variable);
        var uri = parsed.GetValue(GlobalOptions.Broker) ?? (string.IsNullOrWhiteSpace(variable)
            ? null
            : GlobalOptions.ParseBroker(variable, static problem => throw CliException.Usage($"{Variable}: {problem}")));
        if (uri is not null)
        {
            // What the address names wins over the configuration, which may be of another broker.
            options.Uri = uri;
            options.Endpoints.Clear();
            options.UserName = uri.UserInfo.Length > 0 ? null : options.UserName;
            options.Password = uri.UserInfo.Length > 0 ? null : options.Password;
            options.VirtualHost = uri.AbsolutePath.Length > 1 ? null : options.VirtualHost;
        }

        options.ClientProvidedName ??= "messaging-cli";
        options.Tls.Enabled |= parsed.GetValue(GlobalOptions.Tls);
        options.Tls.CertificateAuthorityPath = parsed.GetValue(GlobalOptions.Authority)?.FullName ?? options.Tls.CertificateAuthorityPath;
        options.Tls.ServerName = parsed.GetValue(GlobalOptions.ServerName) ?? options.Tls.ServerName;
        options.Tls.ClientCertificatePath = parsed.GetValue(GlobalOptions.ClientCertificate)?.FullName ?? options.Tls.ClientCertificatePath;
        if (parsed.GetValue(GlobalOptions.Timeout) is { } timeout)
        {
            options.ConnectTimeout = timeout < _longestConnect ? timeout : _longestConnect;
        }
    }
}
