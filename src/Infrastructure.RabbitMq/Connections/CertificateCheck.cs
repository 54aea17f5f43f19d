using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Messaging.RabbitMq;

/// <summary>Decides whether the broker's certificate is good, and remembers why not, which the TLS stack would keep to itself.</summary>
internal sealed class CertificateCheck(RabbitMqTlsOptions options)
{
    /// <summary>Why the certificate was refused; null if it was not.</summary>
    public string? Refusal { get; private set; }

    public bool Accepts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return Refuse("it sent none");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return Refuse($"it is for '{certificate.Subject}' and does not name the host that was asked for");
        }

        if (options.CertificateAuthorityPath is { } path)
        {
            return IsSignedBy(path, certificate, chain);
        }

        return errors == SslPolicyErrors.None || Refuse(Explain(chain));
    }

    private bool IsSignedBy(string authorities, X509Certificate certificate, X509Chain? presented)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(authorities);
        chain.ChainPolicy.RevocationMode = options.CheckRevocation ? X509RevocationMode.Online : X509RevocationMode.NoCheck;
        if (presented is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        }

        using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(copy) || Refuse(Explain(chain));
    }

    private bool Refuse(string reason)
    {
        Refusal = reason;
        return false;
    }

    private static string Explain(X509Chain? chain)
    {
        var reasons = new List<string>();
        foreach (var status in chain?.ChainStatus ?? [])
        {
            reasons.Add($"{status.Status}: {status.StatusInformation.Trim()}");
        }

        return reasons.Count == 0 ? "its chain of trust is broken" : string.Join("; ", reasons);
    }
}
