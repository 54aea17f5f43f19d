using BenchmarkDotNet.Attributes;
using Messaging.Calls;
using Messaging.Policies;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Micro;

/// <summary>A call entered into the table of those that wait for a reply, and taken out by its id.</summary>
[MemoryDiagnoser]
public class PendingCallsBenchmarks
{
    private readonly PendingCalls _calls = new();
    private ServiceProvider _services = null!;
    private PendingCall _call = null!;

    /// <summary>Other calls that wait meanwhile.</summary>
    [Params(0, 10_000)]
    public int Waiting { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var services = new ServiceCollection();
        services.AddMessaging().UseInMemory().UseJson(EchoJson.Default).AddRequester<IEcho>();
        _services = services.BuildServiceProvider();
        var requester = _services.GetRequiredService<Requester>();
        var operation = new Operation<EchoRequest, EchoReply>("micro.echo", "Echo", OperationKind.Call);
        var policy = _services.GetRequiredService<CallPolicies>().Get(operation);
        _call = Create();
        for (var i = 0; i < Waiting; i++)
        {
            _calls.Add(Create());
        }

        PendingCall Create() => new PendingCall<EchoRequest, EchoReply>(requester, policy, new EchoRequest(string.Empty), clock: default, extras: null);
    }

    [GlobalCleanup]
    public void Cleanup() => _services.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Benchmark]
    public bool AddAndTake() => _calls.TryTake(_calls.Add(_call), out _);
}
