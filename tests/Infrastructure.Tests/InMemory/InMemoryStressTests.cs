using System.Globalization;
using System.Threading.Channels;
using Messaging.Transport;

namespace Messaging.InMemory;

public sealed class InMemoryStressTests : InMemoryTestBase
{
    private const int Workers = 8;
    private const int Publishers = 8;
    private const int Each = 1000;
    private const int Total = Publishers * Each;

    private readonly DeliveryLedger _ledger = new(Total);
    private readonly Channel<int> _cuts = Channel.CreateUnbounded<int>();
    private readonly IWorkerLink[] _links = new IWorkerLink[Workers];
    private int _opened;

    [Theory(Timeout = 120_000)]
    [InlineData(1)]
    [InlineData(20_000)]
    [InlineData(300_000)]
    public async Task Nothing_is_lost_and_nothing_is_delivered_twice_but_as_a_redelivery(int seed)
    {
        for (var i = 0; i < Workers; i++)
        {
            await OpenMoodyAsync(i, seed);
        }

        var cutting = CutAsync(seed);
        await PublishAllAsync();
        await _ledger.MostAcknowledged.WaitAsync(Cancellation);
        _ledger.StopKeeping();
        for (var i = 0; i < Workers; i++)
        {
            // What a worker has kept comes back by this.
            _cuts.Writer.TryWrite(i);
        }

        await _ledger.AllAcknowledged.WaitAsync(Cancellation);
        _cuts.Writer.Complete();
        await cutting;
        foreach (var link in _links)
        {
            await link.DisposeAsync();
        }

        // What is left was acknowledged too late, on a link that had been cut.
        Assert.All(Faults.Peek(Service), static message => Assert.True(message.Redelivered));
        Assert.Equal(Total, _ledger.Acknowledged);
        Assert.Equal(0, _ledger.SpoiledBodies);
        Assert.Equal(0, _ledger.UnannouncedRepeats);
        Assert.InRange(_ledger.Redeliveries, Total / 10, int.MaxValue);
        Assert.True(_opened > 4 * Workers);
    }

    private Task PublishAllAsync() => Parallel.ForAsync(
        0,
        Publishers,
        new ParallelOptions { MaxDegreeOfParallelism = Publishers, CancellationToken = Cancellation },
        async (publisher, _) =>
        {
            var (requester, _) = await OpenRequesterAsync();
            for (var i = 0; i < Each; i++)
            {
                var id = (publisher * Each) + i;
                await requester.PublishAsync(
                    Call(id.ToString(CultureInfo.InvariantCulture)) with { Body = DeliveryLedger.BodyOf(id) });
            }
        });

    private async Task CutAsync(int seed)
    {
        await foreach (var number in _cuts.Reader.ReadAllAsync(Cancellation))
        {
            var cut = _links[number];
            BrokerFaults.CutLink(cut);
            await OpenMoodyAsync(number, seed);
            await cut.DisposeAsync();
        }
    }

    private async Task OpenMoodyAsync(int number, int seed)
    {
        var sink = new MoodyWorker(_ledger, new Random(seed + _opened++), number, _cuts.Writer);
        _links[number] = await Harness.Transport.OpenWorkerAsync(Subscription, sink, Cancellation);
        sink.Opened(_links[number]);
    }
}
