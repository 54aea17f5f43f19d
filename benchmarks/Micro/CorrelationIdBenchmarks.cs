using BenchmarkDotNet.Attributes;
using Messaging.Wire;

namespace Messaging.Micro;

/// <summary>The id of a call: drawn, written into a message, and read from one.</summary>
[MemoryDiagnoser]
public class CorrelationIdBenchmarks
{
    private readonly UInt128 _id = CorrelationIds.Create();
    private readonly string _text = CorrelationIds.Format(CorrelationIds.Create());

    [Benchmark]
    public UInt128 Create() => CorrelationIds.Create();

    [Benchmark]
    public string Format() => CorrelationIds.Format(_id);

    [Benchmark]
    public bool Parse() => CorrelationIds.TryParse(_text, out _);
}
