using Messaging.RabbitMq.Tests.Support;
using Messaging.Testing;
using RabbitMQ.Client;

namespace Messaging.RabbitMq.Tests;

/// <summary>Header tables as deep as a frame allows: without the limit each of these tests ends the test process.</summary>
public sealed class HeaderBombTests(BrokerFixture fixture) : TransportTest(fixture)
{
    [Theory]
    [InlineData('F')]
    [InlineData('A')]
    public async Task A_worker_is_handed_a_bomb_with_its_headers_cut_and_goes_on(char kind)
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work, subscription => subscription with { Commands = true });

        await RawAmqp.PublishAsync(Broker.Port, Service, RawAmqp.Nested(kind, RawAmqp.MaxTableBytes), "bomb"u8.ToArray(), Token);
        await RawAmqp.PublishAsync(Broker.Port, Service + ".commands", RawAmqp.Nested(kind, RawAmqp.MaxTableBytes), "bomb"u8.ToArray(), Token);
        var call = await work.Deliveries.NextAsync();
        var command = await work.Deliveries.NextAsync();

        Assert.Equal("bomb"u8.ToArray(), call.Body);
        Assert.Equal("bomb"u8.ToArray(), command.Body);
        Assert.IsType<BinaryTableValue>(Innermost(call.Message.Headers!["a"]));
        Assert.False(worker.Lost.IsCompleted);
    }

    [Theory]
    [InlineData('F')]
    [InlineData('A')]
    public async Task A_requester_is_handed_a_bomb_as_a_reply_and_goes_on(char kind)
    {
        var answers = new RequesterSink();
        await using var requester = await OpenRequesterAsync(answers);

        await RawAmqp.PublishAsync(Broker.Port, requester.ReplyTo, RawAmqp.Nested(kind, RawAmqp.MaxTableBytes), "bomb"u8.ToArray(), Token);
        var reply = await answers.Replies.NextAsync();

        Assert.Equal("bomb"u8.ToArray(), reply.Body);
        Assert.False(requester.Lost.IsCompleted);
    }

    [Fact]
    public async Task A_bomb_that_comes_through_tls_is_cut_too()
    {
        using var authority = Certificates.Authority();
        using var certificate = Certificates.For("localhost", authority);
        using var own = Certificates.For("worker", authority);
        var authorities = Path.Combine(Path.GetTempPath(), Service + ".pem");
        var ownPath = Path.Combine(Path.GetTempPath(), Service + ".p12");
        await File.WriteAllTextAsync(authorities, authority.ExportCertificatePem(), Token);
        await File.WriteAllBytesAsync(ownPath, own.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pkcs12, "secret"), Token);
        await using var front = new TlsFront(certificate, Broker.Port);
        var transport = OpenTransport(options =>
        {
            options.Uri = front.Uri;
            options.ConnectTimeout = TimeSpan.FromSeconds(20);
            options.Tls.CertificateAuthorityPath = authorities;
            options.Tls.ClientCertificatePath = ownPath;
            options.Tls.ClientCertificatePassword = "secret";
        });
        var work = new WorkerSink();
        await using var worker = await transport.OpenWorkerAsync(Subscription(), work, Token);
        var answers = new RequesterSink();
        await using var requester = await transport.OpenRequesterAsync(answers, Token);

        await RawAmqp.PublishAsync(Broker.Port, Service, RawAmqp.Nested('F', RawAmqp.MaxTableBytes), "bomb"u8.ToArray(), Token);
        var bomb = await work.Deliveries.NextAsync();
        await requester.PublishAsync(Request(requester, "call-1", new byte[1_000_000]));
        var request = await work.Deliveries.NextAsync();
        await worker.ReplyAsync(Reply(request, new byte[2_000_000]));
        var reply = await answers.Replies.NextAsync();

        Assert.IsType<BinaryTableValue>(Innermost(bomb.Message.Headers!["a"]));
        Assert.Equal(1_000_000, request.Body.Length);
        Assert.Equal(2_000_000, reply.Body.Length);
        Assert.Equal("CN=worker", await front.Clients.NextAsync());
        File.Delete(authorities);
        File.Delete(ownPath);
    }

    [Fact]
    public async Task A_decimal_that_no_type_holds_does_not_cost_the_connection()
    {
        var work = new WorkerSink();
        await using var worker = await OpenWorkerAsync(work);
        byte[] table = [0, 0, 0, 8, 1, (byte)'d', (byte)'D', 255, 0, 0, 0, 1];

        await RawAmqp.PublishAsync(Broker.Port, Service, table, "odd"u8.ToArray(), Token);

        Assert.Equal("odd"u8.ToArray(), (await work.Deliveries.NextAsync()).Body);
        Assert.False(worker.Lost.IsCompleted);
    }

    private static object? Innermost(object? value)
    {
        while (true)
        {
            switch (value)
            {
                case IDictionary<string, object?> table:
                    value = table["a"];
                    break;
                case System.Collections.IList and not byte[]:
                    value = ((System.Collections.IList)value)[0];
                    break;
                default:
                    return value;
            }
        }
    }
}
