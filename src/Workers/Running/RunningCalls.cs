namespace Messaging.Running;

/// <summary>The calls that handlers of this worker are serving, to be found by those who stop them.</summary>
internal sealed class RunningCalls
{
    private const int RememberedCancels = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<CallId, RunningCall> _byId = [];
    private readonly EarlyCancels _early = new(RememberedCancels);
    private RunningCall? _first;

    public bool WasCancelled(CallId id) => _early.Contains(id);

    /// <param name="call">The call.</param>
    /// <param name="id">Its correlation id, if it has one.</param>
    public void Add(RunningCall call, CallId id)
    {
        lock (_lock)
        {
            call.NextRunning = _first;
            if (_first is not null)
            {
                _first.PreviousRunning = call;
            }

            _first = call;

            // A stranger may repeat an id; the first keeps it, the second just can't be cancelled by id.
            call.Id = !id.IsNone && _byId.TryAdd(id, call) ? id : CallId.None;
        }

        if (!id.IsNone && _early.Contains(id))
        {
            // The cancel came between the look at delivery and now.
            call.Stop(StopReason.CallerCancelled);
        }

        if (call.Link is { IsLost: true })
        {
            // Lost between the look at delivery and now: the sweep of the lost link's calls may be over.
            call.Stop(StopReason.LinkLost);
        }
    }

    public void Remove(RunningCall call)
    {
        lock (_lock)
        {
            if (call.PreviousRunning is { } previous)
            {
                previous.NextRunning = call.NextRunning;
            }
            else
            {
                _first = call.NextRunning;
            }

            if (call.NextRunning is { } next)
            {
                next.PreviousRunning = call.PreviousRunning;
            }

            call.NextRunning = null;
            call.PreviousRunning = null;
            if (!call.Id.IsNone)
            {
                _byId.Remove(call.Id);
            }
        }
    }

    public void Cancel(CallId id)
    {
        _early.Remember(id);
        lock (_lock)
        {
            // Inside the lock: once it is removed the object may serve another call.
            if (_byId.TryGetValue(id, out var call))
            {
                call.Stop(StopReason.CallerCancelled);
            }
        }
    }

    /// <summary>Stops what a lost link brought, or everything.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="link">The lost link; null for all.</param>
    public void StopAll(StopReason reason, WorkerLink? link = null)
    {
        lock (_lock)
        {
            for (var call = _first; call is not null; call = call.NextRunning)
            {
                if (link is null || ReferenceEquals(call.Link, link))
                {
                    call.Stop(reason);
                }
            }
        }
    }
}
