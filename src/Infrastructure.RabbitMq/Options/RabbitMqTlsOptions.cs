namespace Messaging.RabbitMq;

/// <summary>TLS to the broker. Its certificate must be trusted, in time, and name the host that was asked for; there is no way to turn that off.</summary>
public sealed class RabbitMqTlsOptions
{
    /// <summary>Whether to use TLS. Default false; a <see cref="RabbitMqOptions.Uri"/> that begins with <c>amqps://</c> turns it on too.</summary>
    public bool Enabled { get; set; }

    /// <summary>The name that the broker's certificate must carry. Null (the default): the endpoint's host.</summary>
    public string? ServerName { get; set; }

    /// <summary>A PEM file of the certificate authorities to trust instead of the system's. Null (the default): the system's.</summary>
    public string? CertificateAuthorityPath { get; set; }

    /// <summary>A PKCS#12 file with our own certificate and its key, where the broker asks for one. Null (the default): none.</summary>
    public string? ClientCertificatePath { get; set; }

    /// <summary>The password of <see cref="ClientCertificatePath"/>. Null (the default): none.</summary>
    public string? ClientCertificatePassword { get; set; }

    /// <summary>Whether to ask the authority if the broker's certificate was revoked. Default false.</summary>
    public bool CheckRevocation { get; set; }
}
