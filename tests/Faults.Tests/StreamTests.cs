using System.Runtime.CompilerServices;
using Messaging.Faults.Tests.Support;

namespace Messaging.Faults.Tests;

/// <summary>Streams whose other side dies or falls silent.</summary>
public sealed class StreamTests(BrokerFixture fixture) : FaultTest(fixture)
{
    private const int Streams = 50;

    [Fact]
    [Row(2, 42)]
    public async Task Streams_whose_worker_is_killed_end_and_leave_nothing_behind()
    {
        var probe = await StartProbeRequesterAsync();
        for (var round = 1; round <= 3; round++)
        {
            var worker = await StartWorkerProcessAsync($"worker-{round}", [new("Party:Handling", "00:00:00.010")]);
            var readers = Enumerable.Range(0, Streams).Select(_ => new Reader(probe)).ToList();
            await SoonAsync(Task.WhenAll(readers.Select(reader => reader.Began)));

            await worker.KillAsync();

            foreach (var reader in readers)
            {
                var failure = await Assert.ThrowsAsync<RpcException>(() => SoonAsync(reader.Reading));
                Assert.Equal((StatusCode.Unavailable, true), (failure.Status, failure.MayHaveRun));
            }
        }

        await UntilAsync(async () => !(await QueuesAsync()).Contains("messaging.worker.", StringComparison.Ordinal), "the dead workers' queues are gone");
    }

    [Fact]
    [Row(1, 41)]
    public async Task Streams_whose_requester_is_killed_free_their_handlers()
    {
        var running = 0;
        await StartProbeWorkerAsync(new ProbeScript { Watch = Watch });
        for (var round = 1; round <= 3; round++)
        {
            var requester = await StartRequesterProcessAsync($"requester-{round}", [new("Party:Rate", "0.001"), new("Party:Streams", $"{Streams}")]);
            for (var stream = 0; stream < Streams; stream++)
            {
                Assert.Equal("reading", await SoonAsync(requester.ReadLineAsync(Token)));
            }

            await requester.KillAsync();
            await UntilAsync(() => Volatile.Read(ref running) == 0, "all handlers are freed");
        }

        async IAsyncEnumerable<Answer> Watch([EnumeratorCancellation] CancellationToken token)
        {
            Interlocked.Increment(ref running);
            try
            {
                yield return new Answer("1");
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }
    }

    [Fact]
    [Row(4, 42)]
    public async Task A_stream_whose_worker_is_frozen_ends_by_its_silence()
    {
        var probe = await StartProbeRequesterAsync();

        // The broker would notice a silent connection too: here it is the streams that have to.
        var worker = await StartWorkerProcessAsync("worker", [new("Party:Handling", "00:00:00.010"), new("Messaging:RabbitMq:Heartbeat", "00:01:00")]);
        var reader = new Reader(probe);
        await SoonAsync(reader.Began);

        await worker.FreezeAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() => SoonAsync(reader.Reading));
        Assert.Equal((StatusCode.Unavailable, true), (failure.Status, failure.Detail.Contains("silent", StringComparison.Ordinal)));
        await worker.ThawAsync();
    }

    private Task<string> QueuesAsync() => Broker.RabbitmqctlAsync("list_queues", "--no-table-headers", "name");

    /// <summary>Reads a stream until it ends, and finds every item in its place.</summary>
    private sealed class Reader
    {
        private readonly TaskCompletionSource _began = Signal();

        public Reader(IProbe probe) => Reading = ReadAsync(probe);

        public Task Began => _began.Task;

        public Task Reading { get; }

        private async Task ReadAsync(IProbe probe)
        {
            var expected = 0;
            await foreach (var item in probe.WatchAsync(new Question("watch"), Token))
            {
                expected++;
                Assert.Equal(expected, int.Parse(item.Id, System.Globalization.CultureInfo.InvariantCulture));
                _began.TrySetResult();
            }
        }
    }
}
