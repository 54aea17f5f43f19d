using System.Diagnostics.CodeAnalysis;
using BenchmarkDotNet.Attributes;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Micro;

/// <summary>A call that comes alone in its message, from its delivery through a worker and its handler to the acknowledgement, without a broker.</summary>
[MemoryDiagnoser]
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The worker disposes its link, which is the transport.")]
public class DispatchBenchmarks
{
    // As many one after the other, too: starting a benchmark's method costs more than a call.
    private const int Together = 256;

    private readonly InboundMessage[] _messages = new InboundMessage[Together];
    private SettlingTransport _transport = null!;
    private IHost _host = null!;

    [GlobalSetup]
    public void Setup()
    {
        for (var i = 0; i < Together; i++)
        {
            _messages[i] = new InboundMessage
            {
                Type = "Echo",
                ContentType = "application/json",
                CorrelationId = CorrelationIds.Format(CorrelationIds.Create()),
                ReplyTo = WireNames.ReplyQueuePrefix + "micro",
                Expiration = "30000",
                DeliveryTag = (ulong)i,
                Body = "{\"payload\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}"u8.ToArray(),
            };
        }

        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        _transport = new SettlingTransport();
        builder.Services.AddSingleton<ITransport>(_transport);
        builder.Services.AddMessaging()
            .UseInMemory()
            .UseJson(EchoJson.Default)
            .AddWorker<IEcho, Echo>(worker => worker.Concurrency = Together);
        _host = builder.Build();
        _host.Start();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _host.StopAsync().GetAwaiter().GetResult();
        _host.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Together)]
    public void OneAlone()
    {
        for (var i = 0; i < Together; i++)
        {
            _transport.Serve(_messages.AsSpan(i, 1));
        }
    }

    [Benchmark(OperationsPerInvoke = Together)]
    public void OneOf256Together() => _transport.Serve(_messages);
}
