using Messaging.Batching;
using Messaging.Overload;
using Messaging.Streaming;
using Messaging.Telemetry;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Calls;

/// <summary>
/// A requester's link. The calls that were sent on it end with it: their replies can't arrive any more, so all of them
/// fail at once.
/// </summary>
internal sealed class CallLink : ILink, IRequesterSink
{
    private readonly PendingCalls _calls;
    private readonly TimeProvider _time;
    private readonly NameCache _names = new();
    private readonly AwayServices _away = new();
    private volatile LinkLoss? _loss;
    private IRequesterLink _link = null!;

    private CallLink(PendingCalls calls, int maxMessageBytes, TimeProvider time)
    {
        _calls = calls;
        _time = time;
        MaxMessageBytes = maxMessageBytes;
        Streams = new StreamPumps(maxMessageBytes, message => _link.PublishAsync(message));
    }

    public Task<LinkLoss> Lost => _link.Lost;

    public string ReplyTo => _link.ReplyTo;

    public int MaxMessageBytes { get; }

    /// <summary>What streams send to their workers.</summary>
    public StreamPumps Streams { get; }

    public static async ValueTask<CallLink> OpenAsync(ITransport transport, PendingCalls calls, TimeProvider time, CancellationToken cancellationToken)
    {
        var link = new CallLink(calls, transport.MaxMessageBytes, time);
        link._link = await transport.OpenRequesterAsync(link, cancellationToken).ConfigureAwait(false);
        _ = link.FailCallsWhenLostAsync();
        return link;
    }

    /// <summary>
    /// Binds a call to this link. False when the link is lost. Should it be lost right after, then either sending fails
    /// with nothing sent, or the call is found by <see cref="FailCallsWhenLostAsync"/>.
    /// </summary>
    public bool TryEnter(PendingCall call)
    {
        call.Link = this;
        return _loss is null;
    }

    /// <summary>Publishes a request; complete on the broker's confirm where that is asked for.</summary>
    public ValueTask PublishAsync(in OutboundMessage message, bool confirmed) =>
        confirmed
            ? _link.PublishConfirmedAsync(message with { MessageId = message.CorrelationId ?? CorrelationIds.Format(CorrelationIds.Create()) })
            : _link.PublishAsync(message);

    public ValueTask PublishConfirmedAsync(in OutboundMessage message) => _link.PublishConfirmedAsync(message);

    public Task RememberCancelledAsync(string service, string messageId) => _link.RememberCancelledAsync(service, messageId);

    /// <summary>Tells the workers that a call which may have been sent is over.</summary>
    public void CancelRemotely(PendingCall call)
    {
        if (call.Stage >= CallStage.Sending)
        {
            _ = CancelAsync(call);
        }
    }

    /// <summary>Ends every waiting call because the requester is closed, and cancels their handlers.</summary>
    public async Task CloseCallsAsync()
    {
        foreach (var call in _calls.ToList())
        {
            var mayHaveRun = call.Stage >= CallStage.Sending;
            call.Fail(StatusCode.Unavailable, FailureReason.RequesterClosed, "The requester was disposed while the call was under way.", mayHaveRun);
            if (mayHaveRun)
            {
                await CancelAsync(call).ConfigureAwait(false);
            }
        }
    }

    public ValueTask DisposeAsync() => _link.DisposeAsync();

    void IRequesterSink.OnReply(in InboundMessage message)
    {
        if (BatchFormat.Is(message.ContentType))
        {
            OnReplies(message);
        }
        else if (CorrelationIds.TryParse(message.CorrelationId, out var id) && _calls.TryTake(id, out var call))
        {
            // The first reply wins: the call is out of the table before it is decoded.
            Learn(call, message);
            call.OnReply(message);
        }
        else if (ClockAnswer.TryMake(message, _time) is { } answer)
        {
            _ = TellTimeAsync(answer);
        }
        else
        {
            MessagingTelemetry.LateReplies.Add(1);
        }
    }

    void IRequesterSink.OnReturned(in InboundMessage message)
    {
        if (!BatchFormat.Is(message.ContentType))
        {
            if (CorrelationIds.TryParse(message.CorrelationId, out var id))
            {
                FailUnrouted(id);
            }
        }
        else if (BatchReader.TryOpen(message.Body, _names, out var batch, out _))
        {
            while (batch.TryRead(out var frame))
            {
                FailUnrouted(frame.Id);
            }
        }
    }

    void IRequesterSink.OnCallsAway(string service, string? why) => _away.Set(service, why);

    void IRequesterSink.OnCallsLost(string service, IReadOnlyList<InboundMessage> held)
    {
        var sentAgain = LostCalls.IdsOf(held, _names);
        foreach (var call in _calls.ToList())
        {
            if (ReferenceEquals(call.Link, this) && LostCalls.IsToBeSentAgain(call, service) && !sentAgain.Contains(call.Id))
            {
                MessagingTelemetry.Retries.Add(1);
                call.SendAgain();
            }
        }
    }

    /// <summary>Why calls to a service find no queue just now, although it is served; null where they do.</summary>
    public string? WhyAway(string service) => _away.Find(service);

    private static void Learn(PendingCall call, in InboundMessage reply)
    {
        if (call.IsStream)
        {
            return;
        }

        var handlerUs = ServiceLoad.NotTold;
        if (call.Announced)
        {
            if (reply.Headers is not null
                && reply.Headers.TryGetValue(WireNames.HandlerTime, out var header)
                && HeaderValues.TryGetInt64(header, out var microseconds))
            {
                handlerUs = microseconds;
                call.OnHandlerTime(microseconds);
            }
            else
            {
                call.Policy.HandlerTime.ReportForeign();
            }
        }

        var load = call.Policy.Service.Load;
        if (load.Hears(call.Id, reply.Headers))
        {
            var now = 0L;
            load.OnAnswer(call, reply.Headers, IsFailure(reply.Type), ServiceLoad.ReadWaitMs(reply.Headers), handlerUs, ref now);
        }
    }

    private static bool IsFailure(string? type) => string.Equals(type, WireNames.FaultReplyType, StringComparison.Ordinal);

    private void OnReplies(in InboundMessage message)
    {
        if (!BatchReader.TryOpen(message.Body, _names, out var batch, out _))
        {
            // Nothing in it can be believed; the calls that it may have answered end by their deadlines.
            MessagingTelemetry.LateReplies.Add(1);
            return;
        }

        // All of them came at the same moment.
        var now = 0L;
        var waitMs = ServiceLoad.ReadWaitMs(message.Headers);
        while (batch.TryRead(out var frame))
        {
            if (!_calls.TryTake(frame.Id, out var call))
            {
                MessagingTelemetry.LateReplies.Add(1);
                continue;
            }

            var load = call.Policy.Service.Load;
            if (!call.IsStream && (waitMs > 0 || load.Hears(frame.Id, frame.Headers)))
            {
                load.OnAnswer(call, frame.Headers, IsFailure(frame.Type), waitMs, frame.Number == BatchFormat.NoTimeout ? -1 : frame.Number, ref now);
            }

            call.OnReply(frame);
        }
    }

    private void FailUnrouted(UInt128 id)
    {
        if (_calls.TryTake(id, out var call))
        {
            call.OnReturned();
        }
    }

    private async Task TellTimeAsync(OutboundMessage answer)
    {
        try
        {
            await _link.PublishAsync(answer).ConfigureAwait(false);
        }
        catch (TransportException)
        {
            // The worker asks again.
        }
    }

    private async Task CancelAsync(PendingCall call) =>
        await _link.PublishCancelAsync(call.Operation.Service, call.CorrelationId).ConfigureAwait(false);

    private async Task FailCallsWhenLostAsync()
    {
        var loss = await _link.Lost.ConfigureAwait(false);
        _loss = loss;
        foreach (var call in _calls.ToList())
        {
            if (ReferenceEquals(call.Link, this) && call.Stage >= CallStage.Sending)
            {
                call.Fail(
                    StatusCode.Unavailable,
                    FailureReason.ConnectionLost,
                    $"The connection was lost while the call was under way: {loss.Reason}",
                    mayHaveRun: true);
            }
        }
    }
}
