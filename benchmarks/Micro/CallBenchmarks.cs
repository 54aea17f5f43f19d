using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Micro;

/// <summary>A whole call, from the generated proxy to the handler and back, over the in-memory broker.</summary>
[MemoryDiagnoser]
public class CallBenchmarks
{
    // As many one after the other, too: starting a benchmark's method costs more than a call.
    private const int Together = 256;

    private readonly EchoRequest _request = new(new string('x', 64));
    private readonly Task<EchoReply>[] _calls = new Task<EchoReply>[Together];
    private IHost _host = null!;
    private IEcho _echo = null!;

    // BenchmarkDotNet does not wait for an asynchronous setup in its own process.
    [GlobalSetup]
    public void Setup()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddMessaging()
            .UseInMemory()
            .UseJson(EchoJson.Default)
            .AddWorker<IEcho, Echo>(worker => worker.Concurrency = Together)
            .AddRequester<IEcho>();
        _host = builder.Build();
        _host.Start();
        _echo = _host.Services.GetRequiredService<IEcho>();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _host.StopAsync().GetAwaiter().GetResult();
        _host.Dispose();
    }

    [Benchmark(OperationsPerInvoke = Together)]
    public async Task OneAlone()
    {
        for (var i = 0; i < Together; i++)
        {
            await _echo.EchoAsync(_request);
        }
    }

    [Benchmark(OperationsPerInvoke = Together)]
    public async Task OneOf256Together()
    {
        for (var i = 0; i < _calls.Length; i++)
        {
            _calls[i] = _echo.EchoAsync(_request);
        }

        await Task.WhenAll(_calls);
    }
}
