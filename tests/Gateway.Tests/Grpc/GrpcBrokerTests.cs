using Messaging.Gateway.Tests.Hosting;
using Messaging.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Gateway.Tests.Grpc;

/// <summary>On RabbitMQ.</summary>
public sealed class GrpcBrokerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 240_000)]
    public async Task Calls_go_through_the_broker_and_are_unavailable_while_it_is_away()
    {
        await using var broker = await PrivateBroker.StartNewAsync(Ct);
        await using var host = await GatewayHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<EchoSignals>();
                builder.UseRabbitMq(options => options.Uri = broker.Uri).AddWorker<IEcho, EchoWorker>();
            },
            gateway: null,
            Ct);
        using var client = new RawGrpcClient(host);

        Assert.Equal(StatusCode.OK, (await client.CallAsync("Say", """{"value":"hi"}""", Ct)).Status);
        Assert.Equal(300, (await client.CallAsync("Count", """{"value":300}""", Ct)).Frames.Count);
        await broker.KillAsync();

        var reply = await client.CallAsync("Say", """{"value":"hi"}""", Ct);
        while (reply.Status == StatusCode.OK)
        {
            reply = await client.CallAsync("Say", """{"value":"hi"}""", Ct);
        }

        Assert.Equal(StatusCode.Unavailable, reply.Status);
    }
}
