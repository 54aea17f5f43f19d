using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Messaging.RabbitMq.Tests.Support;

/// <summary>Ends TLS in front of a broker that has none, and asks for the client's certificate, which must be of the same authority.</summary>
internal sealed class TlsFront : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly X509Certificate2 _certificate;
    private readonly int _brokerPort;
    private readonly Task _accepting;

    public TlsFront(X509Certificate2 certificate, int brokerPort)
    {
        _certificate = certificate;
        _brokerPort = brokerPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Uri => new($"amqps://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>The subjects of the clients' certificates, empty for none.</summary>
    public Mailbox<string> Clients { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var relaying = new List<Task>();
        try
        {
            while (true)
            {
                relaying.Add(RelayAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(relaying);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var accepted = client;
        using var broker = new TcpClient();
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificate = _certificate,
                    ClientCertificateRequired = true,
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    {
                        Clients.Add(certificate?.Subject ?? string.Empty);
                        return certificate is null || string.Equals(certificate.Issuer, _certificate.Issuer, StringComparison.Ordinal);
                    },
                },
                _stopping.Token);
            await broker.ConnectAsync(IPAddress.Loopback, _brokerPort, _stopping.Token);
            var plain = broker.GetStream();
            await await Task.WhenAny(tls.CopyToAsync(plain, _stopping.Token), plain.CopyToAsync(tls, _stopping.Token));
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException or SocketException)
        {
            // One of the two has gone.
        }
    }
}
