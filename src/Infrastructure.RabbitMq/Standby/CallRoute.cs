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

    private readonly Lock _lock = new();
    private readonly PlaceFinder _places = new(service, look, link);
    private readonly string _standby = WireNames.StandbyQueue(service);
    private List<HeldCall> _held = [];
    private bool _running;
    private bool _lost;
    private long _lookedAt;
    private long _awaySince;
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
            if (_places.IsKnownMissing)
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

    /// <summary>
    /// Publishes a call with a confirm that was returned or refused. Where that was because the queue's node is away it goes
    /// elsewhere, inside its time; otherwise it fails as it did.
    /// </summary>
    /// <param name="call">The call.</param>
    /// <param name="failure">Why it failed; null where it has not been published yet.</param>
    public async ValueTask PublishConfirmedAsync(OutboundMessage call, TransportException? failure)
    {
        var begun = TimeProvider.System.GetTimestamp();
        IReadOnlyList<InboundMessage> again = [new InboundMessage { ContentType = call.ContentType, CorrelationId = call.CorrelationId, Body = call.Body }];
        var queue = Choose();
        while (true)
        {
            if (failure is null)
            {
                failure = await TryAsync(call with { Queue = queue, ExpirationMs = Left() }).ConfigureAwait(false);
                if (failure is null)
                {
                    return;
                }
            }

            if (_places.IsKnownMissing)
            {
                throw failure;
            }

            var place = await _places.FindAsync().ConfigureAwait(false);
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

            Arrive(place, again);
            queue = place is CallPlace.Standby or CallPlace.Unsure ? _standby : service;
            failure = null;
            if (place == CallPlace.Away)
            {
                await Task.Delay(_pause, TimeProvider.System, link.LostToken).ConfigureAwait(false);
            }
        }

        long? Left() => call.ExpirationMs is { } all ? Math.Max(1, all - (long)TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds) : null;
    }

    private async Task<TransportException?> TryAsync(OutboundMessage call)
    {
        try
        {
            await routes.Confirming.PublishAsync(call).ConfigureAwait(false);
            if (string.Equals(call.Queue, _standby, StringComparison.Ordinal))
            {
                Arrive(CallPlace.Standby, (IReadOnlyList<InboundMessage>)[]);
            }

            return null;
        }
        catch (TransportException e) when (CallRoutes.IsAboutPlace(e))
        {
            return e;
        }
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (true)
        {
            try
            {
                var place = await _places.FindAsync().ConfigureAwait(false);
                List<HeldCall> held;
                lock (_lock)
                {
                    held = [.. _held.Where(static call => !call.IsOver)];
                    _held = [];
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
            catch (Exception) when (link.Loss is not null)
            {
                // With the link its calls are lost, and their callers told so.
                return;
            }
            catch (Exception)
            {
                // The broker gave no answer that says anything: it is asked again, for as long as somebody waits.
                await Task.Delay(_pause, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
            }
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
            Arrive(CallPlace.Home, (IReadOnlyList<InboundMessage>)[]);
            routes.GiveBack([call]);
        }
    }

    /// <summary>Knows from now on where calls go, and has those sent again that may be lost.</summary>
    private void Arrive(CallPlace place, List<HeldCall> held) => Arrive(place, [.. held.Select(static call => AmqpMessages.Read(call.Returned))]);

    private void Arrive(CallPlace place, IReadOnlyList<InboundMessage> again)
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

        routes.Changed(this, changed, service, place, lost ? again : null);
    }

    private async Task LookHomeAsync()
    {
        try
        {
            var own = await look.FindAsync(service, link.LostToken).ConfigureAwait(false);
            if (own.Home == QueueHome.Here || (own.Home == QueueHome.Denied && TimeProvider.System.GetElapsedTime(_awaySince) >= _longestBlind))
            {
                Arrive(CallPlace.Home, (IReadOnlyList<InboundMessage>)[]);
            }
        }
        catch (Exception)
        {
            // The link is lost, or the next look succeeds.
        }
    }
}
