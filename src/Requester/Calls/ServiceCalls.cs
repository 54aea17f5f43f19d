using Messaging.Overload;

namespace Messaging.Calls;

/// <summary>What all calls of one service share: their limit, and the pump that packs them.</summary>
internal sealed class ServiceCalls(string service, RequesterOptions options, TimeProvider time)
{
    private RequestPump? _pump;

    public string Service => service;

    /// <summary>What is known of the load of its workers.</summary>
    public ServiceLoad Load { get; } = new(service, options.MaxPendingCalls, time);

    public CallWindow Window => Load.Window;

    public int MaxPendingCommands => options.MaxPendingCommands;

    /// <summary>Bounds the commands that await their confirm.</summary>
    public SemaphoreSlim CommandRoom { get; } = new(options.MaxPendingCommands);

    /// <summary>Whether a call without room fails rather than waits.</summary>
    public bool FailsWhenFull => options.WhenFull == FullWindowBehavior.Fail;

    /// <summary>Whether calls may share messages.</summary>
    public bool Packs => options.Batching;

    /// <summary>Whether requests are persistent and confirmed.</summary>
    public bool Confirms => options.ConfirmCalls;

    /// <summary>The pump on a link. A lost link's pump fails what it still has, and a new link gets a new one.</summary>
    public RequestPump PumpOn(CallLink link)
    {
        var pump = Volatile.Read(ref _pump);
        while (pump is null || !ReferenceEquals(pump.Link, link))
        {
            var opened = new RequestPump(link, this, time);
            var current = Interlocked.CompareExchange(ref _pump, opened, pump);
            pump = ReferenceEquals(current, pump) ? opened : current;
        }

        return pump;
    }
}
