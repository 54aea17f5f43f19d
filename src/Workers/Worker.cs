using Messaging.Batching;
using Messaging.Catalogue;
using Messaging.FailedCommands;
using Messaging.Handling;
using Messaging.Health;
using Messaging.Observers;
using Messaging.Overload;
using Messaging.Pipeline;
using Messaging.Running;
using Messaging.Streams;
using Messaging.Telemetry;
using Messaging.Transport;
using Microsoft.Extensions.Logging;

namespace Messaging;

/// <summary>
/// One worker of a service: keeps a link, serves what it brings through <see cref="WorkerPipeline"/>, and drains when
/// it is stopped.
/// </summary>
internal sealed partial class Worker : IWorkerDeliveries, IParticipant, IAsyncDisposable
{
    // After the drain limit handlers are cancelled; those that obey get this long to give their deliveries back.
    private static readonly TimeSpan _graceAfterLimit = TimeSpan.FromSeconds(1);

    private readonly WorkerPipeline _pipeline;
    private readonly RunningCalls _running;
    private readonly WorkerStreams _streams;
    private readonly HeldRetries _held;
    private readonly CommandMoves _moves;
    private readonly GiveBackCommand _giveBack;
    private readonly SettleAnyway _settleAnyway;
    private readonly WorkerTrouble _trouble;
    private readonly AskIfCancelled _askIfCancelled;
    private readonly DeliveryUnpacker _unpacker;
    private readonly SenderClocks _senders;
    private readonly OverloadWatch _overload;
    private readonly WorkerAnnouncer _announcer;
    private readonly NameCache _names = new();
    private readonly Participants _participants;
    private readonly WorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _service;
    private readonly WorkerLinks _links;
    private readonly WorkerGates _gates;
    private volatile bool _draining;

    public Worker(
        ITransport transport,
        OperationTable operations,
        WorkerPipeline pipeline,
        RunningCalls running,
        WorkerStreams streams,
        HeldRetries held,
        CommandMoves moves,
        GiveBackCommand giveBack,
        SettleAnyway settleAnyway,
        WorkerTrouble trouble,
        AskIfCancelled askIfCancelled,
        DeliveryUnpacker unpacker,
        SenderClocks senders,
        OverloadWatch overload,
        WorkerAnnouncer announcer,
        Turns turns,
        WorkerOptions options,
        ReconnectOptions reconnect,
        Participants participants,
        TimeProvider time,
        ILogger logger)
    {
        _pipeline = pipeline;
        _running = running;
        _streams = streams;
        _held = held;
        _moves = moves;
        _giveBack = giveBack;
        _settleAnyway = settleAnyway;
        _trouble = trouble;
        _askIfCancelled = askIfCancelled;
        _unpacker = unpacker;
        _senders = senders;
        _overload = overload;
        _announcer = announcer;
        _participants = participants;
        _options = options;
        _time = time;
        _logger = logger;
        _service = operations.Service;
        var subscription = new WorkerSubscription
        {
            Service = operations.Service,
            Commands = operations.HasCommands,
            HighCommands = operations.HasHighCommands,
            CommandPartitions = operations.Partitions,
            PartitionBalanceInterval = options.PartitionBalanceInterval,
            CallPrefetch = options.EffectivePrefetch,
            CommandPrefetch = options.EffectiveCommandPrefetch,
            HighCommandPrefetch = options.EffectiveHighCommandPrefetch,
            CallQueueExpiry = options.CallQueueExpiry,
            CallQueue = options.CallQueue,
            CommandDeliveryLimit = options.CommandDeliveryLimit,
        };
        _gates = new WorkerGates(operations, options, turns, ServeAsync, time);
        overload.Watch(_gates.Calls, Widen);
        announcer.Watch(() => new WorkerPresence(_gates.Concurrency, Running, _draining, overload.Refused));
        ObservedState.Add(this, () => [new(ObservedKind.ActiveHandlers, _service, Running), new(ObservedKind.Concurrency, _service, _gates.Concurrency)]);
        _links = new WorkerLinks(
            (wanted, token) => OpenAsync(transport, wanted, token), subscription, reconnect, time, logger);
    }

    ParticipantHealth IParticipant.Health => new($"worker {_service}", State, Running, _links.LastFailure?.Message) { Trouble = _moves.Held ?? _askIfCancelled.Unanswered ?? _trouble.Current };

    private ParticipantState State =>
        _draining ? ParticipantState.Draining
        : !_links.Open.Any() ? ParticipantState.Away
        : _links.IsPartial ? ParticipantState.Partial
        : ParticipantState.Ready;

    private int Running => _gates.Running + _streams.Count;

    /// <summary>Connects. Complete when the worker consumes, or when the broker is not there yet: then attempts go on.</summary>
    /// <exception cref="TransportException">The broker refused: waiting would not help until someone changes something.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _participants.Add(this);
        _links.Start();
        try
        {
            await _links.FirstAttempt.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception) when (exception.Failure is TransportFailure.Denied or TransportFailure.Misconfigured)
        {
            // Attempts don't go on: a later one might get half of what the first was refused.
            await _links.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        catch (TransportException)
        {
            // Not there yet: the keeper goes on and has logged it.
        }
    }

    /// <summary>Drains: takes nothing more, finishes and answers what runs, then closes; a limit ends it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _draining = true;
        _announcer.OnChanged();
        foreach (var link in _links.Open)
        {
            await link.StopConsumingAsync().ConfigureAwait(false);
        }

        // Not earlier: what is held goes back to its partition, which must not come here again.
        _held.Stop();
        var served = Task.WhenAll(_gates.StopAsync(), _streams.WhenEmptyAsync());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reached = Task.Delay(_options.DrainTimeout, _time, limit.Token);
        if (await Task.WhenAny(served, reached).ConfigureAwait(false) != served)
        {
            LogDrainLimit(_logger, _service, _options.DrainTimeout);
            _running.StopAll(StopReason.DrainLimit);
            if (await Task.WhenAny(served, Task.Delay(_graceAfterLimit, _time, CancellationToken.None)).ConfigureAwait(false) != served)
            {
                // Those who don't look at their token: what they have can't wait for them, and what they end with counts no more.
                _streams.EndAll();
                await Task.WhenAll(_running.ClaimCommands().Select(_giveBack.GiveBackRunningAsync)).ConfigureAwait(false);
            }
        }

        await limit.CancelAsync().ConfigureAwait(false);

        // What could not be moved until now goes back, for other workers to try.
        _moves.Stop();
        if (served.IsCompleted)
        {
            await Task.WhenAny(_gates.WhenEmptyAsync(), Task.Delay(_graceAfterLimit, _time, CancellationToken.None)).ConfigureAwait(false);
        }

        foreach (var open in _links.Open)
        {
            // What was answered last may still wait for the connection.
            var sent = Task.WhenAll(open.Replies.WhenIdleAsync(), open.Streams.WhenIdleAsync());
            await Task.WhenAny(sent, Task.Delay(_graceAfterLimit, _time, CancellationToken.None)).ConfigureAwait(false);
        }

        await _announcer.SayGoodbyeAsync().ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        ObservedState.Remove(this);
        _overload.Dispose();
        _streams.Dispose();
        _participants.Remove(this);
        await _announcer.DisposeAsync().ConfigureAwait(false);
        await _links.DisposeAsync().ConfigureAwait(false);
    }

    void IWorkerDeliveries.OnDelivery(Delivery delivery) =>
        _unpacker.Unpack(delivery, _gates.Of(delivery.Tag.Queue));

    void IWorkerDeliveries.OnCancel(CallId id) => _running.Cancel(id);

    void IWorkerDeliveries.OnRollCall() => _announcer.OnRollCall();

    void IWorkerDeliveries.OnControl(in InboundMessage message)
    {
        if (!_senders.TryTake(message))
        {
            _streams.OnControl(message);
        }
    }

    void IWorkerDeliveries.OnReplyReturned(in InboundMessage reply)
    {
        if (_senders.TryForget(reply))
        {
            return;
        }

        _streams.OnReturned(reply);
        MessagingTelemetry.OrphanReplies.Add(
            BatchFormat.Is(reply.ContentType) && BatchReader.TryOpen(reply.Body, _names, out var batch, out _) ? batch.Count : 1);
    }

    ValueTask<bool> IWorkerDeliveries.TrySettleAsync(WorkerCall call, TransportException exception) =>
        _settleAnyway.InvokeAsync(call, exception, isClaimed: true);

    private void Widen(bool wide)
    {
        foreach (var link in _links.Open)
        {
            link.Widen(wide && !_draining ? OverloadWidth.Of(_options.Concurrency) : (ushort)0);
        }
    }

    private async ValueTask<WorkerLink> OpenAsync(ITransport transport, WorkerSubscription subscription, CancellationToken cancellationToken)
    {
        var link = await WorkerLink.OpenAsync(transport, subscription, this, _logger, cancellationToken).ConfigureAwait(false);
        _ = StopHandlersWhenLostAsync(link);
        _announcer.OnOpened(link);
        return link;
    }

    private async Task StopHandlersWhenLostAsync(WorkerLink link)
    {
        await link.Lost.ConfigureAwait(false);
        _running.StopAll(StopReason.LinkLost, link);
    }

    private async ValueTask ServeAsync(WorkerCall call)
    {
        var delivery = call.Delivery;
        if (!delivery.Link.Opened.IsCompleted)
        {
            await delivery.Link.Opened.ConfigureAwait(false);
        }

        try
        {
            if (delivery.Link.IsLost)
            {
                call.Abandon();
                return;
            }

            call.Draining = delivery.IsDraining(_draining);
            await _pipeline.ServeAsync(call).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The link is lost, or what was to be sent can't be, or it is a bug in the pipeline itself: the worker goes on.
            if (!await _settleAnyway.InvokeAsync(call, exception).ConfigureAwait(false))
            {
                call.Abandon();
                LogNotSettled(_logger, _service, call.Method, call.CorrelationId, ExceptionText.MessageOf(exception));
            }
        }
        finally
        {
            call.Leave();
        }
    }

    [LoggerMessage(220, LogLevel.Warning, "The drain limit of {Limit} is reached: handlers of {Service} are cancelled, their deliveries go back to the queue.")]
    private static partial void LogDrainLimit(ILogger logger, string service, TimeSpan limit);

    [LoggerMessage(221, LogLevel.Warning, "Not settled: {Service}/{Method} (correlation id {CorrelationId}): {Reason}")]
    private static partial void LogNotSettled(ILogger logger, string service, string? method, string? correlationId, string reason);
}
