using Messaging.Batching;
using Messaging.Buffers;
using Messaging.Calls;
using Messaging.Commands;
using Messaging.Deadlines;
using Messaging.Health;
using Messaging.Links;
using Messaging.Observers;
using Messaging.Policies;
using Messaging.Streaming;
using Messaging.Telemetry;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.Options;

namespace Messaging;

/// <summary>The whole path of a call on the caller's side, from the generated proxy to the reply. Read it from the top.</summary>
internal sealed partial class Requester : IOperationInvoker, IParticipant, IAsyncDisposable
{
    private readonly ITransport _transport;
    private readonly CallPolicies _policies;
    private readonly Participants _participants;
    private readonly CommandSender _commands;

    public Requester(
        ITransport transport,
        CallPolicies policies,
        DeadlineWheel deadlines,
        IOptions<ReconnectOptions> reconnect,
        Participants participants,
        TimeProvider time,
        GuardedLogger<Requester> logger)
    {
        Logger = logger;
        _participants = participants;
        _transport = transport;
        _policies = policies;
        Deadlines = deadlines;
        Replies = new ReplyTurns(new Turns(deadlines, time));
        Time = time;
        Heartbeats = new StreamHeartbeats(time);
        Links = new LinkKeeper<CallLink>(token => CallLink.OpenAsync(_transport, Calls, time, token), "requester", reconnect.Value, time, logger);
        _commands = new CommandSender(Links, transport, deadlines, time);
        ObservedState.Add(this, new RequesterState(transport, policies).Read);
    }

    /// <summary>The calls that have not ended.</summary>
    internal PendingCalls Calls { get; } = new();

    internal DeadlineWheel Deadlines { get; }

    /// <summary>Gives callers their outcomes.</summary>
    internal ReplyTurns Replies { get; }

    internal TimeProvider Time { get; }
    internal GuardedLogger<Requester> Logger { get; }

    internal int MaxMessageBytes => _transport.MaxMessageBytes;

    /// <summary>Says to workers, and learns of them, who is still there.</summary>
    internal StreamHeartbeats Heartbeats { get; }

    /// <summary>The link; the outbox publishes on it too.</summary>
    internal LinkKeeper<CallLink> Links { get; }

    /// <summary>Why there is no link, while there is none.</summary>
    internal Exception? LastFailure => Links.LastFailure;

    /// <summary>Starts to connect, so that the first call finds an open link.</summary>
    public void Connect()
    {
        _participants.Add(this);
        Links.Start();
    }

    ParticipantHealth IParticipant.Health =>
        new("requester", Links.Current is null ? ParticipantState.Away : ParticipantState.Ready, Calls.Count, LastFailure?.Message);

    public Task<TReply> CallAsync<TRequest, TReply>(Operation<TRequest, TReply> operation, TRequest request, CallOptions? options, CancellationToken cancellationToken)
    {
        // 1. The clock starts: before anything is connected, encoded or sent.
        var policy = _policies.Get(operation);
        var handler = CallContext.Current;
        var start = CallClock.Start(Time, policy.Timeout, options, handler);
        CallExtras.Validate(options);

        // 2. One attempt, or several under the operation's policy.
        return policy.Attempts is null
            ? Attempt(operation, policy, request, options, start, handler, 1, cancellationToken)
            : new PolicyCall<TRequest, TReply>(this, operation, policy, request, options, start, handler, Time).RunAsync(cancellationToken);
    }

    public Task SendAsync<TRequest>(Operation<TRequest, Nothing> operation, TRequest command, CallOptions? options, CancellationToken cancellationToken)
    {
        var policy = _policies.Get(operation);
        var handler = CallContext.Current;
        return _commands.SendAsync(operation, policy, command, options, CallClock.Start(Time, policy.Timeout, options, handler), handler, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        ObservedState.Remove(this);
        if (Links.Current is { } link)
        {
            await link.CloseCallsAsync().ConfigureAwait(false);
        }

        _participants.Remove(this);
        Heartbeats.Dispose();
        await Links.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>One attempt: enter it, watch what can end it, send it. The task is the outcome.</summary>
    internal Task<TReply> Attempt<TRequest, TReply>(
        Operation<TRequest, TReply> operation,
        CallPolicy<TRequest, TReply> policy,
        TRequest request,
        CallOptions? options,
        CallClock clock,
        CallContext? handler,
        int attempt,
        CancellationToken cancellationToken)
    {
        // 3. The pending call: whatever ends it first is its only outcome.
        var extras = CallExtras.Create(options, clock, policy.Timeout, attempt, MessagingTelemetry.StartPending(operation), handler, cancellationToken);
        var call = new PendingCall<TRequest, TReply>(this, policy, request, clock, extras);
        Begin(call, clock, cancellationToken);
        return call.Task;
    }

    /// <summary>Enters a call, or a stream, and sends it.</summary>
    internal void Begin<TRequest, TReply>(PendingCall<TRequest, TReply> call, in CallClock clock, CancellationToken cancellationToken)
    {
        Calls.Add(call);

        // 4. The window bounds what is under way. A call without room waits inside its deadline, or fails if so configured.
        var service = call.Policy.Service;
        var window = service.Window;
        if (window.TryEnter())
        {
            call.TryAdmit();
            call.Watch(cancellationToken);
            Start(call, call.Extras is { Attempt: > 1 } ? Time.GetTimestamp() : clock.StartedAt);
        }
        else if (service.FailsWhenFull && window.IsFull)
        {
            call.Fail(StatusCode.ResourceExhausted, FailureReason.Overloaded, DeadlineDetail.DescribeFull(service.Service, window), mayHaveRun: false);
        }
        else
        {
            call.Watch(cancellationToken);
            window.Wait(call);
        }
    }

    /// <summary>Goes on with a call that has waited for room.</summary>
    internal void StartLate<TRequest, TReply>(PendingCall<TRequest, TReply> call) => Start(call, Time.GetTimestamp());

    private void Start<TRequest, TReply>(PendingCall<TRequest, TReply> call, long now)
    {
        // 5. An open link takes it at once; otherwise it waits for one, inside its deadline.
        call.Stage = CallStage.Connecting;
        if (Links.Current is { } link && link.TryEnter(call))
        {
            Send(link, call, now);
        }
        else
        {
            _ = WaitAndSendAsync(call);
        }
    }

    /// <summary>What becomes of a call that could not be published.</summary>
    internal void OnSendFailed<TRequest, TReply>(TransportException exception, PendingCall<TRequest, TReply> call)
    {
        if (exception.Failure == TransportFailure.NotSent)
        {
            // Nothing has left this process, so any operation may wait for the next link.
            call.Link = null;
            call.Stage = CallStage.Connecting;
            _ = ResendAsync(call);
            return;
        }

        if (exception.Passes)
        {
            // Nothing was taken, and what keeps it from being taken goes by itself.
            call.Stage = CallStage.Refused;
            _ = ResendAsync(call);
            return;
        }

        call.Fail(TransportFailures.ToRpcException(exception, call.Operation, call.CorrelationId));
    }

    private async Task WaitAndSendAsync<TRequest, TReply>(PendingCall<TRequest, TReply> call)
    {
        try
        {
            while (!call.HasEnded)
            {
                var waiting = Links.GetAsync(CancellationToken.None);
                await Task.WhenAny(waiting, call.Completion).ConfigureAwait(false);
                if (call.HasEnded)
                {
                    return;
                }

                var link = await waiting.ConfigureAwait(false);
                if (link.TryEnter(call))
                {
                    Send(link, call, Time.GetTimestamp());
                    return;
                }

                // The link was lost just now; the keeper takes a moment to notice.
                await Task.WhenAny(link.Lost, call.Completion).ConfigureAwait(false);
                await Task.Yield();
            }
        }
        catch (OperationCanceledException)
        {
            call.Fail(StatusCode.Unavailable, FailureReason.RequesterClosed, "The requester was disposed before the call could be sent.", mayHaveRun: false);
        }
        catch (Exception exception)
        {
            // The keeper gave up on a bug, which it has logged: the call must not wait for its deadline.
            call.Fail(StatusCode.Internal, FailureReason.NotConnected, $"Connecting failed: {ExceptionText.MessageOf(exception)}", mayHaveRun: false, exception);
        }
    }

    private void Send<TRequest, TReply>(CallLink link, PendingCall<TRequest, TReply> call, long now)
    {
        if (call.HasEnded)
        {
            return;
        }

        call.SentAt = now;

        // 6. Encode, and compress where that is asked for, into pooled memory and up to the transport's limit.
        var policy = call.Policy;
        var buffer = PooledBuffer.Rent(_transport.MaxMessageBytes);
        IReadOnlyDictionary<string, object?>? headers;
        try
        {
            var encoding = call.Encode(ref buffer);
            headers = call.AddHeaders(RequestHeaders.Create(
                call.Extras?.Attempt ?? 1, call.Extras?.Trace, call.Extras?.Options?.Headers, encoding, call.AcceptEncoding));
        }
        catch (Exception exception)
        {
            // A codec may throw anything, and so may the caller's headers; the caller must get it as this call's outcome.
            buffer.Return();
            call.Fail(EncodingFailures.ToRpcException(exception, call.Operation, call.CorrelationId));
            return;
        }

        // 7. A lone call goes at once. Where others are under way, those that wait for the connection share a message.
        var packs = policy.Service.Packs && policy.Service.Window.Count > 1;
        if (packs)
        {
            call.Stage = CallStage.Queued;
            if (policy.Service.PumpOn(link).TryPost(call, now, headers, buffer.Written.Span))
            {
                buffer.Return();
                return;
            }
        }

        Publish(link, call, new SentHeaders(packs ? RequestPump.Announce(headers) : headers, MonotonicTime.Now(Time)), buffer);
    }

    private static void Publish<TRequest, TReply>(CallLink link, PendingCall<TRequest, TReply> call, SentHeaders headers, PooledBuffer buffer)
    {
        // 8. Publish with the time that remains, never an instant; and with our own clock's time, by which workers learn how
        // long it was on its way.
        // 9. The reply arrives at CallLink.OnReply, which hands it to PendingCall<TRequest, TReply>.OnReply.
        var message = new OutboundMessage
        {
            Queue = call.Operation.Service,
            Type = call.Operation.Name,
            ContentType = call.Policy.ContentType,
            CorrelationId = call.CorrelationId,
            ReplyTo = link.ReplyTo,
            ExpirationMs = Math.Max(1, (long)Math.Ceiling(call.QueueTime.TotalMilliseconds)),
            Persistent = call.Policy.Service.Confirms,
            Headers = headers,
            Body = buffer.Written,
        };
        call.Stage = CallStage.Sending;
        var publish = link.PublishAsync(message, call.Policy.Service.Confirms);
        if (publish.IsCompletedSuccessfully)
        {
            buffer.Return();
            call.OnSent();
        }
        else
        {
            _ = call.FinishSendAsync(publish, buffer);
        }
    }

    private async Task ResendAsync<TRequest, TReply>(PendingCall<TRequest, TReply> call)
    {
        // A pause, or a link that refuses every message would be asked without end.
        await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(20), Time), call.Completion).ConfigureAwait(false);
        await WaitAndSendAsync(call).ConfigureAwait(false);
    }
}
