using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.RabbitMq;

/// <summary>Says before anything runs which option cannot work and what it may be.</summary>
internal sealed class RabbitMqOptionsValidator : IValidateOptions<RabbitMqOptions>
{
    /// <summary>More than this the client library refuses to read.</summary>
    public const int MaxReadableBytes = 128 * 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, RabbitMqOptions options)
    {
        var failures = new List<string>();

        if (options.Uri is { } uri && !BrokerAddresses.IsAmqp(uri))
        {
            // Not the URI itself: it may hold a password.
            failures.Add($"{Option(nameof(options.Uri))} has the scheme '{(uri.IsAbsoluteUri ? uri.Scheme : "(none)")}'; write amqp://user:password@host:port/vhost, or amqps:// for TLS.");
        }

        foreach (var endpoint in options.Endpoints)
        {
            if (!BrokerAddresses.TryParse(endpoint, out _, out _))
            {
                failures.Add($"{Option(nameof(options.Endpoints))} holds '{endpoint}'; write host or host:port.");
            }
        }

        if (options.ConnectTimeout <= TimeSpan.Zero || options.ConnectTimeout > TimeSpan.FromMinutes(5))
        {
            failures.Add($"{Option(nameof(options.ConnectTimeout))} is {options.ConnectTimeout}; set more than 0 and at most 5 minutes.");
        }

        if (options.Heartbeat < TimeSpan.FromSeconds(1) || options.Heartbeat > TimeSpan.FromSeconds(ushort.MaxValue))
        {
            failures.Add($"{Option(nameof(options.Heartbeat))} is {options.Heartbeat}; set 1 s or more: without heartbeats a dead broker goes unnoticed.");
        }

        if (options.MaxMessageBytes is < 1 or > MaxReadableBytes)
        {
            failures.Add(string.Create(CultureInfo.InvariantCulture, $"{Option(nameof(options.MaxMessageBytes))} is {options.MaxMessageBytes}; set 1 to {MaxReadableBytes} (128 MiB)."));
        }

        if (!Enum.IsDefined(options.ReplyPath))
        {
            failures.Add($"{Option(nameof(options.ReplyPath))} is {options.ReplyPath}; set {nameof(RabbitMqReplyPath.ExclusiveQueue)} or {nameof(RabbitMqReplyPath.DirectReplyTo)}.");
        }

        File(failures, nameof(options.Tls.CertificateAuthorityPath), options.Tls.CertificateAuthorityPath);
        File(failures, nameof(options.Tls.ClientCertificatePath), options.Tls.ClientCertificatePath);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void File(List<string> failures, string option, string? path)
    {
        if (path is not null && !System.IO.File.Exists(path))
        {
            failures.Add($"{Option(nameof(RabbitMqOptions.Tls))}:{option} is '{path}', and no such file exists.");
        }
    }

    private static string Option(string name) => $"{RabbitMqMessagingBuilderExtensions.Section}:{name}";
}
