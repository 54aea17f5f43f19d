using System.Collections.Concurrent;
using Messaging.Telemetry;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Calls;

/// <summary>
/// A requester's link with the calls that wait on it. The table dies with the link: its replies can't arrive any
/// more, so all its calls fail at once, and those of the next link are never mistaken for them.
/// </summary>
internal sealed class CallLink : ILink, IRequesterSink
{
    private readonly ConcurrentDictionary<UInt128, PendingCall> _pending = new();
    private volatile LinkLoss? _loss;
    private IRequesterLink _link = null!;

    private CallLink()
    {
    }

    public Task<LinkLoss> Lost => _link.Lost;

    public int PendingCount => _pending.Count;

    public static async ValueTask<CallLink> OpenAsync(ITransport transport, CancellationToken cancellationToken)
    {
        var link = new CallLink();
        link._link = await transport.OpenRequesterAsync(link, cancellationToken).ConfigureAwait(false);
        _ = link.FailPendingWhenLostAsync();
        return link;
    }

    /// <summary>Enters a call, so that its reply finds it. False when the link is lost and nothing will come.</summary>
    public bool TryEnter(PendingCall call)
    {
        call.Link = this;
        _pending[call.Id] = call;
        if (_loss is null)
        {
            if (call.HasEnded)
            {
                // Ended before it was entered, so nobody would take it out.
                Forget(call);
            }

            return true;
        }

        // False only if the sweep of the lost link was quicker and has ended the call.
        return !_pending.TryRemove(call.Id, out _);
    }

    public void Forget(PendingCall call) => _pending.TryRemove(call.Id, out _);

    public string ReplyTo => _link.ReplyTo;

    public ValueTask PublishAsync(in OutboundMessage message) => _link.PublishAsync(message);

    public ValueTask PublishConfirmedAsync(in OutboundMessage message) => _link.PublishConfirmedAsync(message);

    /// <summary>Tells the workers that a call which may have been sent is over.</summary>
    public void CancelRemotely(PendingCall call)
    {
        if (call.Stage >= CallStage.Sending)
        {
            _ = CancelAsync(call.Operation.Service, call.CorrelationId);
        }
    }

    /// <summary>Ends every waiting call because the requester is closed, and cancels their handlers.</summary>
    public async Task CloseCallsAsync()
    {
        foreach (var (_, call) in _pending)
        {
            call.Fail(
                StatusCode.Unavailable,
                FailureReason.RequesterClosed,
                "The requester was disposed while the call was under way.",
                mayHaveRun: call.Stage >= CallStage.Sending);
            if (call.Stage >= CallStage.Sending)
            {
                await CancelAsync(call.Operation.Service, call.CorrelationId).ConfigureAwait(false);
            }
        }
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();

    void IRequesterSink.OnReply(in InboundMessage message)
    {
        // The first reply wins: the call is out of the table before it is decoded.
        if (CorrelationIds.TryParse(message.CorrelationId, out var id) && _pending.TryRemove(id, out var call))
        {
            call.OnReply(message);
        }
        else
        {
            MessagingTelemetry.LateReplies.Add(1);
        }
    }

    void IRequesterSink.OnReturned(string correlationId)
    {
        if (CorrelationIds.TryParse(correlationId, out var id) && _pending.TryRemove(id, out var call))
        {
            call.Fail(
                StatusCode.Unavailable,
                FailureReason.NoRoute,
                $"The broker has no queue '{call.Operation.Service}' (NoRoute): no worker serves it. Start one, or check the service's name and the virtual host.",
                mayHaveRun: false);
        }
    }

    private async Task CancelAsync(string service, string correlationId) =>
        await _link.PublishCancelAsync(service, correlationId).ConfigureAwait(false);

    private async Task FailPendingWhenLostAsync()
    {
        var loss = await _link.Lost.ConfigureAwait(false);
        _loss = loss;
        foreach (var (_, call) in _pending)
        {
            if (_pending.TryRemove(call.Id, out _))
            {
                call.Fail(
                    StatusCode.Unavailable,
                    FailureReason.ConnectionLost,
                    $"The connection was lost while the call was under way: {loss.Reason}",
                    mayHaveRun: call.Stage >= CallStage.Sending);
            }
        }
    }
}
