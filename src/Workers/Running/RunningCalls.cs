using Messaging.Pipeline;

namespace Messaging.Running;

/// <summary>The calls that handlers of this worker are serving, to be found by those who stop them.</summary>
internal sealed class RunningCalls
{
    private const int RememberedCancels = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<CallId, RunningCall> _byId = [];
    private readonly EarlyCancels _early = new(RememberedCancels);
    private RunningCall? _first;
    private bool _limitReached;

    public bool WasCancelled(CallId id) => _early.Contains(id);

    /// <summary>Enters a call. It may be stopped by then: its handler is not begun.</summary>
    /// <param name="call">The call.</param>
    /// <param name="id">Its correlation id, if it has one.</param>
    public void Add(RunningCall call, CallId id)
    {
        bool limitReached;
        lock (_lock)
        {
            limitReached = _limitReached;
            call.NextRunning = _first;
            if (_first is not null)
            {
                _first.PreviousRunning = call;
            }

            _first = call;

            // A stranger may repeat an id; the first keeps it, the second just can't be cancelled by id.
            call.Id = !id.IsNone && _byId.TryAdd(id, call) ? id : CallId.None;
        }

        if (limitReached)
        {
            call.Stop(StopReason.DrainLimit);
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

    /// <summary>
    /// The commands whose handlers still run although they were stopped long ago. From here whoever asks settles them, and
    /// releases them; what their handlers end with counts no more.
    /// </summary>
    public List<WorkerCall> ClaimCommands()
    {
        var claimed = new List<WorkerCall>();
        lock (_lock)
        {
            for (var call = _first; call is not null; call = call.NextRunning)
            {
                // Inside the lock: once it is removed the object may serve another call.
                if (call.Served is { IsCommand: true } command && command.TryClaimSettling())
                {
                    command.Hold();
                    claimed.Add(command);
                }
            }
        }

        return claimed;
    }

    /// <summary>Stops what a lost link brought, or everything, also what would begin later.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="link">The lost link; null for all.</param>
    public void StopAll(StopReason reason, WorkerLink? link = null)
    {
        lock (_lock)
        {
            _limitReached |= link is null;
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
