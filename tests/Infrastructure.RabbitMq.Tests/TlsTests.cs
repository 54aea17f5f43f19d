using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Messaging.RabbitMq.Tests.Support;
using Messaging.Transport;

namespace Messaging.RabbitMq.Tests;

public sealed class TlsTests(BrokerFixture fixture) : TransportTest(fixture)
{
    [Theory]
    [InlineData("localhost", 0, true, null)]
    [InlineData("elsewhere", 0, true, "does not name the host")]
    [InlineData("localhost", -10, true, "NotTimeValid")]
    [InlineData("localhost", 0, false, "PartialChain")]
    public async Task A_certificate_is_refused_unless_it_is_trusted_in_time_and_names_the_host(
        string host, int shiftDays, bool trusted, string? reason)
    {
        using var authority = Certificates.Authority();
        using var certificate = Certificates.For(host, authority, shiftDays);
        var authorities = Path.Combine(Path.GetTempPath(), Service + ".pem");
        await File.WriteAllTextAsync(authorities, authority.ExportCertificatePem(), Token);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, certificate);
        var transport = OpenTransport(options =>
        {
            options.Uri = new Uri($"amqps://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}");
            options.ConnectTimeout = TimeSpan.FromSeconds(10);
            options.Tls.CertificateAuthorityPath = trusted ? authorities : null;
        });

        var failure = await FailsAsync(TransportFailure.NotSent, () => transport.OpenRequesterAsync(new RequesterSink(), Token).AsTask());
        var shaken = await SoonAsync(serving);
        File.Delete(authorities);

        if (reason is null)
        {
            // The server speaks no AMQP, but it was believed to be who it says.
            Assert.True(shaken, failure.Message);
            Assert.DoesNotContain("certificate", failure.Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Contains("its certificate was refused", failure.Message, StringComparison.Ordinal);
            Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<bool> ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var socket = await listener.AcceptTcpClientAsync(Token);
        await using var tls = new SslStream(socket.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, Token);
            var header = new byte[8];
            await tls.ReadExactlyAsync(header, Token);
            return header[0] == (byte)'A';
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }
}
