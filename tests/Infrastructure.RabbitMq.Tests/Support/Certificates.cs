using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Messaging.RabbitMq.Tests.Support;

/// <summary>Makes certificates that are good for a few days.</summary>
internal static class Certificates
{
    private static readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();

    public static X509Certificate2 Authority()
    {
        using var key = RSA.Create(2048);
        return Request("CN=authority", key, isAuthority: true).CreateSelfSigned(_now.AddDays(-30), _now.AddDays(30));
    }

    /// <summary>A certificate with its key for a host, shifted in time.</summary>
    public static X509Certificate2 For(string host, X509Certificate2 issuer, int shiftDays = 0)
    {
        using var key = RSA.Create(2048);
        var request = Request($"CN={host}", key, isAuthority: false);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        var from = _now.AddDays(shiftDays - 2);
        using var signed = request.Create(issuer, from, from.AddDays(4), RandomNumberGenerator.GetBytes(8));
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), password: null, X509KeyStorageFlags.Exportable);
    }

    private static CertificateRequest Request(string subject, RSA key, bool isAuthority)
    {
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, hasPathLengthConstraint: false, 0, critical: true));
        return request;
    }
}
