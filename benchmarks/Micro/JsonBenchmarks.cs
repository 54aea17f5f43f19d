using BenchmarkDotNet.Attributes;
using Messaging.Buffers;
using Messaging.Serialization;
using Microsoft.Extensions.Options;

namespace Messaging.Micro;

/// <summary>A request's body: written into the pooled buffer, and read from the bytes of a message.</summary>
[MemoryDiagnoser]
public class JsonBenchmarks
{
    private const int LimitBytes = 16 * 1024 * 1024;

    private PayloadCodec<EchoRequest> _codec = null!;
    private EchoRequest _request = null!;
    private byte[] _body = [];

    [Params(64, 4096)]
    public int PayloadBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var options = new JsonPayloadOptions();
        options.SerializerOptions.TypeInfoResolverChain.Add(EchoJson.Default);
        _codec = new JsonPayloadSerializer(Options.Create(options)).GetCodec<EchoRequest>();
        _request = new EchoRequest(new string('x', PayloadBytes));
        var buffer = PooledBuffer.Rent(LimitBytes);
        _codec.Encode(_request, buffer);
        _body = buffer.Written.ToArray();
        buffer.Return();
    }

    [Benchmark]
    public int Encode()
    {
        var buffer = PooledBuffer.Rent(LimitBytes);
        _codec.Encode(_request, buffer);
        var length = buffer.Written.Length;
        buffer.Return();
        return length;
    }

    [Benchmark]
    public EchoRequest Decode() => _codec.Decode(_body);
}
