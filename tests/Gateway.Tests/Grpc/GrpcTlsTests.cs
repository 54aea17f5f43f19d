using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.Gateway.Tests.Grpc;

public sealed class GrpcTlsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task With_TLS_the_client_and_the_gateway_agree_on_HTTP_2()
    {
        using var certificate = CreateCertificate();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        builder.Services.AddSingleton<EchoSignals>();
        builder.Services.AddMessaging().UseInMemory().AddWorker<IEcho, EchoWorker>().AddGateway(static options => options.Services.Add("test.Echo"));
        await using var application = builder.Build();
        application.MapMessagingGateway();
        await application.StartAsync(Ct);
        using var handler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, presented, _, _) => string.Equals(presented?.GetCertHashString(), certificate.Thumbprint, StringComparison.Ordinal) },
        };
        using var http = new HttpClient(handler) { BaseAddress = new Uri(application.Urls.Single()) };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/test.Echo/Say", UriKind.Relative))
        {
            Content = new ByteArrayContent(RawGrpcClient.Frame("""{"value":"hi"}""")) { Headers = { { "Content-Type", "application/grpc+json" } } },
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };

        using var response = await http.SendAsync(request, Ct);
        var reply = await RawGrpcReply.ReadAsync(response, Ct);

        Assert.Equal(HttpVersion.Version20, response.Version);
        Assert.Equal(StatusCode.OK, reply.Status);
        Assert.Equal(["""{"value":"hi"}"""], reply.Texts);
        await application.StopAsync(Ct);
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
