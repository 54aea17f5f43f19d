using System.Net;
using Messaging.Gateway.Tests.Grpc;
using Messaging.Gateway.Tests.Http;
using Messaging.InMemory;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Gateway.Tests.Protection;

public sealed class BrokerPresenceTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task While_the_broker_is_away_requests_are_refused_rather_than_held()
    {
        await using var host = await DeskHost.StartAsync(Ct, static options => options.Limits.BrokerGrace = TimeSpan.Zero);
        using var grpc = new RawGrpcClient(host.Gateway);
        using (var before = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct))
        {
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        }

        var links = host.Gateway.Services.GetRequiredService<Requester>().Links;
        var faults = host.Gateway.Services.GetRequiredService<InMemoryBroker>().Faults;
        var failed = links.NextAttempt;
        faults.Stop();
        await failed.WaitAsync(Ct);

        // Held, it would end by its deadline, and with another status.
        using var refused = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct);
        var reply = await grpc.SendAsync("desk/Echo", RawGrpcClient.Frame("{}"), Ct);
        var problem = await DeskHost.ReadProblemAsync(HttpStatusCode.ServiceUnavailable, refused, Ct);
        Assert.Equal(("NotConnected", false), ((string?)problem["reason"], (bool)problem["mayHaveRun"]!));
        Assert.StartsWith("The broker is away", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(StatusCode.Unavailable, reply.Status);

        faults.Start();
        await links.GetAsync(Ct);
        using var after = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_broker_that_is_back_within_the_grace_costs_nobody_a_call()
    {
        await using var host = await DeskHost.StartAsync(Ct, static options => options.Limits.BrokerGrace = TimeSpan.FromMinutes(1));
        using (var before = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct))
        {
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        }

        var failed = host.Gateway.Services.GetRequiredService<Requester>().Links.NextAttempt;
        var faults = host.Gateway.Services.GetRequiredService<InMemoryBroker>().Faults;
        faults.Stop();
        await failed.WaitAsync(Ct);
        var held = host.PostAsync("Echo", DeskHost.Json("{}"), Ct);
        faults.Start();

        using var response = await held;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task While_the_broker_takes_nothing_requests_are_refused()
    {
        BlockableTransport? transport = null;
        await using var host = await DeskHost.StartAsync(
            Ct,
            static options => options.Limits.BrokerGrace = TimeSpan.Zero,
            builder => builder.UseInMemory().Services.AddSingleton<ITransport>(
                provider => transport = new BlockableTransport(new InMemoryTransport(provider.GetRequiredService<InMemoryBroker>()))));

        transport!.IsBlocked = true;
        using var refused = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct);
        transport.IsBlocked = false;
        using var accepted = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct);

        var problem = await DeskHost.ReadProblemAsync(HttpStatusCode.ServiceUnavailable, refused, Ct);
        Assert.Equal("Overloaded", (string?)problem["reason"]);
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
    }

    private sealed class BlockableTransport(ITransport inner) : ITransport
    {
        public string Name => inner.Name;

        public int MaxMessageBytes => inner.MaxMessageBytes;

        public bool IsBlocked { get; set; }

        public ValueTask<IRequesterLink> OpenRequesterAsync(IRequesterSink sink, CancellationToken cancellationToken) => inner.OpenRequesterAsync(sink, cancellationToken);

        public ValueTask<IWorkerLink> OpenWorkerAsync(WorkerSubscription subscription, IWorkerSink sink, CancellationToken cancellationToken) =>
            inner.OpenWorkerAsync(subscription, sink, cancellationToken);

        public ValueTask<IQueueLink> OpenQueueAsync(string queue, CancellationToken cancellationToken) => inner.OpenQueueAsync(queue, cancellationToken);

        public ValueTask<IQueueLook> OpenQueueLookAsync(CancellationToken cancellationToken) => inner.OpenQueueLookAsync(cancellationToken);

        public ValueTask<ICatalogueLink> OpenCatalogueAsync(ICatalogueSink sink, CancellationToken cancellationToken) => inner.OpenCatalogueAsync(sink, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
