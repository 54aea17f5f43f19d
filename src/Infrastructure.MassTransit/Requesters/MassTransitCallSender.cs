using System.Diagnostics;
using MassTransit;
using Messaging.Calls;
using Messaging.MassTransit.Headers;
using Messaging.MassTransit.Messages;
using Messaging.Policies;
using Messaging.Telemetry;
using Messaging.Wire;

namespace Messaging.MassTransit.Requesters;

/// <summary>Calls by MassTransit's request client. The deadline is Messaging's own; MassTransit gets what remains of it as its timeout.</summary>
internal sealed class MassTransitCallSender<TRequest, TReply, TMessage> : CallSender<TRequest, TReply>
    where TRequest : class
    where TMessage : class
{
    // MassTransit's timeout stands behind the deadline, so that one of them alone decides.
    private static readonly TimeSpan _afterDeadline = TimeSpan.FromSeconds(1);

    private readonly ReplyShape<TReply, TMessage> _shape;
    private readonly Operation<TRequest, TReply> _operation;
    private readonly SenderSetup _setup;
    private readonly IRequestClient<TRequest> _client;
    private readonly AttemptPipeline? _attempts;
    private readonly PendingLimit _limit;
    private readonly TimeSpan _timeout;

    public MassTransitCallSender(ReplyShape<TReply, TMessage> shape, Operation<TRequest, TReply> operation, SenderSetup setup, PendingLimit limit)
    {
        _shape = shape;
        _operation = operation;
        _setup = setup;
        _limit = limit;
        _timeout = setup.TimeoutOf(operation);
        _client = setup.Address is { } address ? setup.Bus.CreateRequestClient<TRequest>(address) : setup.Bus.CreateRequestClient<TRequest>();
        var own = setup.Options.Operations.TryGetValue(operation.Name, out var named) ? named : null;
        _attempts = AttemptPipeline.Build(
            operation.Idempotent,
            own?.Retry ?? setup.Options.Retry,
            own?.Hedging ?? setup.Options.Hedging,
            own?.CircuitBreaker ?? setup.Options.CircuitBreaker,
            setup.Time);
    }

    public override async Task<TReply> CallAsync(TRequest request, CallOptions? options, CancellationToken cancellationToken)
    {
        var handler = CallContext.Current;
        var clock = CallClock.Start(_setup.Time, _timeout, options, handler);
        CallExtras.Validate(options);
        if (options?.Headers is { } headers)
        {
            BridgeHeaders.Validate(headers);
        }

        using var ends = new CallEnds(_operation, clock, _setup.Time, cancellationToken, handler?.CancellationToken ?? CancellationToken.None);
        var activity = MessagingTelemetry.StartCall(_operation);
        using var ending = MessagingTelemetry.Ending(activity);
        try
        {
            ends.Token.ThrowIfCancellationRequested();
            using var room = await _limit.EnterAsync(_operation, ends.Token).ConfigureAwait(false);
            return _attempts is null
                ? await AttemptAsync(request, options, clock, ends, ends.Token).ConfigureAwait(false)
                : ((AttemptReply<TReply>)await _attempts.ExecuteAsync(new Attempts(this, request, options, clock, ends), ends.Token).ConfigureAwait(false)).Value;
        }
        catch (Exception exception) when (exception is not ArgumentException)
        {
            var outcome = ends.Translate(exception);
            ends.TellMetadata(options?.Response);
            MessagingTelemetry.Fail(activity, outcome);
            if (ReferenceEquals(outcome, exception))
            {
                throw;
            }

            throw outcome;
        }
        finally
        {
            options?.Response?.SetNoHeaders();
        }
    }

    private async Task<TReply> AttemptAsync(TRequest request, CallOptions? options, CallClock clock, CallEnds ends, CancellationToken cancellationToken)
    {
        var trace = Activity.Current?.Id;
        void Write(IRequestPipeConfigurator<TRequest> pipe) => pipe.UseExecute(context =>
        {
            ends.RequestId = context.RequestId;
            context.TimeToLive = clock.Deadline.Remaining;
            _setup.Write(context, _operation, options, trace);
        });

        var timeout = clock.Deadline.Remaining + _afterDeadline;
        try
        {
            if (!_setup.NamesOperation || typeof(TMessage) == typeof(Done))
            {
                return Read(await _client.GetResponse<TMessage>(request, Write, cancellationToken, timeout).ConfigureAwait(false), options);
            }

            var response = await _client.GetResponse<TMessage, Done>(request, Write, cancellationToken, timeout).ConfigureAwait(false);
            return response.Is(out Response<TMessage>? reply) ? Read(reply, options) : default!;
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or ArgumentException))
        {
            throw ends.Translate(exception);
        }
    }

    private TReply Read(Response<TMessage> response, CallOptions? options)
    {
        if (options?.Response is { } metadata)
        {
            ReplyMetadata.Read(BridgeHeaders.Read(response.Headers), metadata);
        }

        return _shape.Unwrap(response.Message);
    }

    /// <summary>The attempts of one call.</summary>
    private sealed class Attempts(MassTransitCallSender<TRequest, TReply, TMessage> sender, TRequest request, CallOptions? options, CallClock clock, CallEnds ends)
        : AttemptSource
    {
        public override async Task<AttemptReply> AttemptAsync(CancellationToken cancellationToken) =>
            new AttemptReply<TReply>(await sender.AttemptAsync(request, options, clock, ends, cancellationToken).ConfigureAwait(false));
    }
}
