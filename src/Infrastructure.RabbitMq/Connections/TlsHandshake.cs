using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Messaging.RabbitMq;

/// <summary>Begins TLS on a connected socket. Not left to the client library, which would read what nobody has looked at.</summary>
/// <param name="options">The options for TLS.</param>
/// <param name="check">Decides about the broker's certificate.</param>
/// <param name="host">The host that is connected to.</param>
internal sealed class TlsHandshake(RabbitMqTlsOptions options, CertificateCheck check, string host)
{
    /// <summary>Shakes hands.</summary>
    /// <param name="plain">The socket's stream; closed when this fails.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream inside of TLS.</returns>
    /// <exception cref="AuthenticationException">The broker's certificate was refused, or ours can't be read.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<Stream> ShakeAsync(Stream plain, CancellationToken cancellationToken)
    {
        var tls = new SslStream(plain, leaveInnerStreamOpen: false);
        try
        {
            var own = LoadOwn();
            var authentication = new SslClientAuthenticationOptions
            {
                TargetHost = options.ServerName ?? host,
                CertificateRevocationCheckMode = options.CheckRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
                RemoteCertificateValidationCallback = check.Accepts,
            };
            if (own is not null)
            {
                // Whatever authorities the broker says it would like.
                authentication.ClientCertificates = [own];
                authentication.LocalCertificateSelectionCallback = (_, _, _, _, _) => own;
            }

            await tls.AuthenticateAsClientAsync(authentication, cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private X509Certificate2? LoadOwn()
    {
        if (string.IsNullOrEmpty(options.ClientCertificatePath))
        {
            return null;
        }

        try
        {
            return X509CertificateLoader.LoadPkcs12FromFile(options.ClientCertificatePath, options.ClientCertificatePassword);
        }
        catch (CryptographicException e)
        {
            throw new AuthenticationException(
                $"our own certificate '{options.ClientCertificatePath}' can't be read: {e.Message} Check that it is a PKCS#12 file and that ClientCertificatePassword is its password", e);
        }
    }
}
