using System.Text;
using System.Threading.Channels;
using Messaging.Wire;

namespace Messaging.Transport.Contract;

public abstract partial class TransportContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task An_announcement_reaches_every_catalogue_and_no_harm_is_done_where_none_listens()
    {
        var (worker, _) = await OpenWorkerAsync();
        await worker.AnnounceAsync("{}"u8.ToArray());
        await using var first = await OpenCatalogueAsync();
        await using var second = await OpenCatalogueAsync();
        var body = Encoding.UTF8.GetBytes($$"""{"service":"{{Service}}"}""");

        await worker.AnnounceAsync(body);

        foreach (var heard in new[] { first, second })
        {
            var message = await heard.NextAsync(Service);
            Assert.Equal((WireNames.AnnounceType, "application/json"), (message.Type, message.ContentType));
            Assert.Equal(body, message.Body.ToArray());
        }
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_roll_call_reaches_every_worker()
    {
        var (_, first) = await OpenWorkerAsync();
        var (_, second) = await OpenWorkerAsync(Subscription() with { Service = Service + "-too" });
        await using var catalogue = await OpenCatalogueAsync();

        await catalogue.Link.CallRollAsync();

        await first.NextRollCallAsync();
        await second.NextRollCallAsync();
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task Whatever_strangers_announce_arrives_as_it_is()
    {
        await using var catalogue = await OpenCatalogueAsync();

        await Harness.BroadcastRawAsync(WireNames.AnnounceKey, new InboundMessage { Body = Encoding.UTF8.GetBytes(Service + new string('x', 300_000)) });

        var message = await catalogue.NextAsync(Service);
        Assert.Null(message.Type);
        Assert.Equal(Service.Length + 300_000, message.Body.Length);
        Assert.False(catalogue.Link.Lost.IsCompleted);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_catalogue_ends_with_its_broker_and_another_hears_again()
    {
        await using var before = await OpenCatalogueAsync();

        await Harness.RestartBrokerAsync();

        Assert.False((await before.Link.Lost.WaitAsync(Cancellation)).Disposed);
        await before.Link.CallRollAsync();
        await using var after = await OpenCatalogueAsync();
        var (worker, _) = await OpenWorkerAsync();
        await worker.AnnounceAsync(Encoding.UTF8.GetBytes(Service));
        await after.NextAsync(Service);
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_lost_link_announces_nothing_and_does_not_fail()
    {
        var (worker, _) = await OpenWorkerAsync();
        await worker.DisposeAsync();

        await worker.AnnounceAsync("{}"u8.ToArray());
    }

    private async Task<Listener> OpenCatalogueAsync()
    {
        var sink = new RecordingCatalogueSink();
        return new Listener(await Harness.Transport.OpenCatalogueAsync(sink, Cancellation), sink);
    }

    private sealed record Listener(ICatalogueLink Link, RecordingCatalogueSink Sink) : IAsyncDisposable
    {
        /// <summary>The next one that a test of this service sent: tests may share a broker.</summary>
        public async Task<InboundMessage> NextAsync(string service)
        {
            while (true)
            {
                var message = await Sink.Heard.Reader.ReadAsync(Cancellation);
                if (Text(message).Contains(service, StringComparison.Ordinal))
                {
                    return message;
                }
            }
        }

        public ValueTask DisposeAsync() => Link.DisposeAsync();
    }

    private sealed class RecordingCatalogueSink : ICatalogueSink
    {
        public Channel<InboundMessage> Heard { get; } = Channel.CreateUnbounded<InboundMessage>();

        public void OnAnnouncement(in InboundMessage message) => Heard.Writer.TryWrite(message with { Body = message.Body.ToArray() });
    }
}
