using BenchmarkDotNet.Attributes;
using Messaging.Batching;
using Messaging.Wire;

namespace Messaging.Micro;

/// <summary>A batch of calls: framed and closed, as a pump does it, and checked and read, as a worker does it.</summary>
[MemoryDiagnoser]
public class BatchBenchmarks
{
    private const uint TimeoutMs = 30_000;

    private readonly FrameNames _names = new("Echo", "application/json");
    private readonly NameCache _cache = new();
    private readonly UInt128 _id = CorrelationIds.Create();
    private readonly byte[] _body = new byte[64];
    private byte[] _batch = [];

    /// <summary>How many calls share the batch; times and bytes are those of all of them.</summary>
    [Params(1, 32)]
    public int Frames { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var batch = Fill();
        _batch = batch.Close(ageMs: 0).ToArray();
        batch.Return();
    }

    [Benchmark]
    public int Write()
    {
        var batch = Fill();
        var bytes = batch.Close(ageMs: 0).Length;
        batch.Return();
        return bytes;
    }

    [Benchmark]
    public int Read()
    {
        if (!BatchReader.TryOpen(_batch, _cache, out var reader, out var error))
        {
            throw new InvalidOperationException(error);
        }

        var bytes = 0;
        while (reader.TryRead(out var frame))
        {
            bytes += frame.Body.Length;
        }

        return bytes;
    }

    private SendBatch<object> Fill()
    {
        var batch = SendBatch<object>.Rent(lane: 0, now: 0);
        for (var i = 0; i < Frames; i++)
        {
            batch.Add(this, _id, TimeoutMs, _names, headers: null, _body, BatchWriter.Measure(_names, headers: null, _body.Length));
        }

        return batch;
    }
}
