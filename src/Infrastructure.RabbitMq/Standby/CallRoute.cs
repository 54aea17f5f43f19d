using Messaging.Transport;
using Messaging.Wire;
using RabbitMQ.Client.Events;

namespace Messaging.RabbitMq;

/// <summary>
/// Where a requester's calls to one service go. While the node that holds the service's queue is away they go to the
/// standby, and those that found neither are held, inside their time, until one of the two is there.
/// </summary>
internal sealed class CallRoute(string service, HomeLook look, LinkLifetime link, CallRoutes routes)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _homeEvery = TimeSpan.FromSeconds(1);

    // Where we may not look, the queue is taken for back after as long as its workers need for it.
    private static readonly TimeSpan _longestBlind = TimeSpan.FromSeconds(4);

    // A service that nobody serves must not cost the broker a look for each call.
    private static readonly TimeSpan _missingHolds = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly string _standby = WireNames.StandbyQueue(service);
    private List<HeldCall> _held = [];
    private Task<CallPlace>? _finding;
    private bool _running;
    private bool _lost;
    private long _lookedAt;
    private long _awaySince;
    private long? _missingAt;
    private volatile CallPlace _place;

    /// <summary>Whether calls go to another queue than the service's own, or to none.</summary>
    public bool IsAway => _place != CallPlace.Home;

    /// <summary>The queue for a call that is sent now. Now and then it is looked whether the service's own is back.</summary>
    public string Choose()
    {
        if (_place != CallPlace.Standby)
        {
            return service;
        }

        var looked = Volatile.Read(ref _lookedAt);
        var now = TimeProvider.System.GetTimestamp();
        if (TimeProvider.System.GetElapsedTime(looked, now) >= _homeEvery && Interlocked.CompareExchange(ref _lookedAt, now, looked) == looked)
        {
            _ = LookHomeAsync();
        }

        return _standby;
    }

    /// <summary>Takes a call that found no queue. False where it is known that nobody serves.</summary>
    public bool TryHold(BasicReturnEventArgs returned)
    {
        lock (_lock)
        {
            if (_missingAt is { } missing && TimeProvider.System.GetElapsedTime(missing) < _missingHolds)
            {
                return false;
            }

            _held.Add(new HeldCall(returned));
            if (!_running)
            {
                _running = true;
                _ = RunAsync();
            }

            return true;
        }
    }

    /// <summary>Publishes a call with a confirm; where it is returned or refused as the queue's node is away, again elsewhere, inside its time.</summary>
    public async ValueTask PublishConfirmedAsync(OutboundMessage call)
    {
        var begun = TimeProvider.System.GetTimestamp();
        var queue = Choose();
        while (true)
        {
            TransportException failure;
            try
            {
                await routes.Confirming.PublishAsync(call with { Queue = queue, ExpirationMs = Left() }).ConfigureAwait(false);
                if (string.Equals(queue, _standby, StringComparison.Ordinal))
                {
                    Arrive(CallPlace.Standby, []);
                }

                return;
            }
            catch (TransportException e) when (e is { Failure: TransportFailure.Unroutable } or { Failure: TransportFailure.Refused, Passes: false })
            {
                failure = e;
            }

            var place = await FindAsync().ConfigureAwait(false);
            if (place == CallPlace.Home && failure.Failure == TransportFailure.Refused && string.Equals(queue, service, StringComparison.Ordinal))
            {
                // Its queue answers: it is full, or (before RabbitMQ 4) a quorum queue that nobody leads.
                throw (await look.FindAsync(service, link.LostToken).ConfigureAwait(false)).IsIdle ? PublishFailures.NoQuorum(service) : failure;
            }

            var blind = place == CallPlace.Unsure && string.Equals(queue, _standby, StringComparison.Ordinal);
            if (place == CallPlace.Missing || blind || Left() <= 1)
            {
                throw failure;
            }

            Arrive(place, []);
            queue = place is CallPlace.Standby or CallPlace.Unsure ? _standby : service;
            if (place == CallPlace.Away)
            {
                await Task.Delay(_pause, TimeProvider.System, link.LostToken).ConfigureAwait(false);
            }
        }

        long? Left() => call.ExpirationMs is { } all ? Math.Max(1, all - (long)TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds) : null;
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            while (true)
            {
                var place = await FindAsync().ConfigureAwait(false);
                List<HeldCall> held;
                lock (_lock)
                {
                    held = [.. _held.Where(static call => !call.IsOver)];
                    _held = [];
                    _missingAt = place == CallPlace.Missing ? TimeProvider.System.GetTimestamp() : null;
                }

                await PlaceAsync(place, held).ConfigureAwait(false);
                lock (_lock)
                {
                    if (_held.Count == 0 && _place != CallPlace.Away)
                    {
                        _running = false;
                        return;
                    }
                }

                await Task.Delay(_pause, TimeProvider.System, link.LostToken).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // With the link its calls are lost, and told so; on one that stands they are what they were before: returned.
            List<HeldCall> held;
            lock (_lock)
            {
                held = _held;
                _held = [];
                _running = false;
            }

            routes.GiveBack(held);
        }
    }

    private async Task PlaceAsync(CallPlace place, List<HeldCall> held)
    {
        switch (place)
        {
            case CallPlace.Missing:
                Arrive(CallPlace.Home, held);
                routes.GiveBack(held);
                return;
            case CallPlace.Away:
                Arrive(place, held);
                lock (_lock)
                {
                    _held.AddRange(held);
                }

                return;
            case CallPlace.Unsure:
                foreach (var call in held)
                {
                    await TryStandbyAsync(call).ConfigureAwait(false);
                }

                return;
            default:
                Arrive(place, held);
                foreach (var call in held)
                {
                    await routes.SendAgainAsync(call, place == CallPlace.Home ? service : _standby).ConfigureAwait(false);
                }

                return;
        }
    }

    /// <summary>Learns with a call, and the broker's confirm, whether there is a standby.</summary>
    private async Task TryStandbyAsync(HeldCall call)
    {
        try
        {
            await routes.Confirming.PublishAsync(_standby, call.Properties, call.Returned.Body).ConfigureAwait(false);
            Arrive(CallPlace.Standby, [call]);
        }
        catch (TransportException e) when (e.Failure is TransportFailure.Unroutable or TransportFailure.Refused)
        {
            Arrive(CallPlace.Home, []);
            routes.GiveBack([call]);
        }
    }

    /// <summary>Knows from now on where calls go, and has those sent again that may be lost.</summary>
    private void Arrive(CallPlace place, List<HeldCall> held)
    {
        bool changed;
        bool lost;
        lock (_lock)
        {
            if (place == CallPlace.Unsure)
            {
                return;
            }

            changed = _place != place;
            if (changed && place != CallPlace.Home)
            {
                _lost |= _place == CallPlace.Home;
                _awaySince = TimeProvider.System.GetTimestamp();
                Volatile.Write(ref _lookedAt, _awaySince);
            }

            lost = _lost && place != CallPlace.Away;
            _lost &= !lost;
            _place = place;
        }

        routes.Changed(this, changed, service, place, lost ? held : null);
    }

    private Task<CallPlace> FindAsync()
    {
        lock (_lock)
        {
            return _finding is { IsCompleted: false } finding ? finding : _finding = FindNowAsync();
        }
    }

    private async Task<CallPlace> FindNowAsync()
    {
        var own = await look.FindAsync(service, link.LostToken).ConfigureAwait(false);
        if (own.Home == QueueHome.Here)
        {
            return CallPlace.Home;
        }

        var standby = await look.FindAsync(_standby, link.LostToken).ConfigureAwait(false);
        return standby.Home switch
        {
            QueueHome.Here => CallPlace.Standby,
            QueueHome.Denied when own.Home == QueueHome.Denied => CallPlace.Unsure,
            _ => own.Home is QueueHome.Down or QueueHome.Silent ? CallPlace.Away : CallPlace.Missing,
        };
    }

    private async Task LookHomeAsync()
    {
        try
        {
            var own = await look.FindAsync(service, link.LostToken).ConfigureAwait(false);
            if (own.Home == QueueHome.Here || (own.Home == QueueHome.Denied && TimeProvider.System.GetElapsedTime(_awaySince) >= _longestBlind))
            {
                Arrive(CallPlace.Home, []);
            }
        }
        catch (Exception)
        {
            // The link is lost, or the next look succeeds.
        }
    }
}
