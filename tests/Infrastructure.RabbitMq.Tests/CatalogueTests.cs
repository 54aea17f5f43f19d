using Messaging.RabbitMq.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.RabbitMq.Tests;

public sealed class CatalogueTests(BrokerFixture fixture) : TransportTest(fixture)
{
    [Fact]
    public async Task A_worker_that_may_not_announce_itself_warns_once_and_serves()
    {
        var user = await AddUserAsync(".*", "^(amq\\.default|messaging\\..*|service-.*)$", ".*");
        var transport = OpenTransport(options => options.Uri = Broker.UriFor(user, user));
        var deliveries = new WorkerSink();
        await using var worker = await transport.OpenWorkerAsync(Subscription(), deliveries, Token);
        await using var requester = await OpenRequesterAsync(new RequesterSink());

        for (var i = 0; i < 5; i++)
        {
            await worker.AnnounceAsync("{}"u8.ToArray());
            await requester.PublishAsync(Request(requester, $"call-{i}"));
            await worker.AckAsync((await deliveries.Deliveries.NextAsync()).Tag);
        }

        Assert.False(worker.Lost.IsCompleted);
        Assert.Contains("in no catalogue", Assert.Single(Log.AtLeast(LogLevel.Warning)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_may_not_bind_a_queue_to_the_exchange_warns_once_and_serves()
    {
        var user = await AddUserAsync(".*", ".*", "^(messaging\\..*|service-.*)$");
        var transport = OpenTransport(options => options.Uri = Broker.UriFor(user, user));
        var deliveries = new WorkerSink();
        await using var worker = await transport.OpenWorkerAsync(Subscription(), deliveries, Token);
        await using var requester = await OpenRequesterAsync(new RequesterSink());

        await requester.PublishAsync(Request(requester, "call"));
        await worker.AckAsync((await deliveries.Deliveries.NextAsync()).Tag);
        await worker.AnnounceAsync("{}"u8.ToArray());

        Assert.False(worker.Lost.IsCompleted);
        Assert.Contains("amq.direct", Assert.Single(Log.AtLeast(LogLevel.Warning)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_catalogue_that_may_not_listen_is_told_so()
    {
        var user = await AddUserAsync("^$", "^$", "^$");
        var catalogue = OpenServices(options => options.Uri = Broker.UriFor(user, user)).GetRequiredService<IServiceCatalogue>();

        var refused = await Assert.ThrowsAsync<RpcException>(() => SoonAsync(catalogue.ListAsync(Token).AsTask()));

        Assert.Equal(StatusCode.PermissionDenied, refused.Status);
        Assert.Contains("messaging.catalogue.", refused.Detail, StringComparison.Ordinal);
    }
}
