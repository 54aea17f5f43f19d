using System.Runtime.CompilerServices;
using Messaging.Buffers;
using Messaging.Compression;
using Messaging.Observers;
using Messaging.Overload;
using Messaging.Policies;
using Messaging.Serialization;
using Messaging.Telemetry;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Calls;

/// <summary>A pending call with its types, and with what is needed to send it, once or again.</summary>
/// <typeparam name="TRequest">The request's type.</typeparam>
/// <typeparam name="TReply">The reply's type.</typeparam>
internal class PendingCall<TRequest, TReply> : PendingCall
{
    // A completion source would be one object more. The caller goes on right where this is completed: see ReplyTurns.
    private AsyncTaskMethodBuilder<TReply> _outcome;

    // The reply, or the exception.
    private object? _result;

    public PendingCall(Requester requester, CallPolicy<TRequest, TReply> policy, TRequest request, in CallClock clock, CallExtras? extras)
        : base(requester, policy, clock, extras)
    {
        Request = request;

        // Made here, as the builder makes it for the first who asks, without a lock.
        _ = _outcome.Task;
    }

    public Task<TReply> Task => _outcome.Task;

    public TRequest Request { get; }

    public new CallPolicy<TRequest, TReply> Policy => (CallPolicy<TRequest, TReply>)base.Policy;

    public override Task Completion => _outcome.Task;

    /// <summary>How the reply may be compressed; null for not at all. Who forwards says what its own client reads.</summary>
    public string? AcceptEncoding => typeof(TReply) == typeof(RawPayload) ? Extras?.Options?.AcceptEncoding : Policy.AcceptEncoding;

    /// <summary>Writes the request's body, and says how it is compressed; null for not at all.</summary>
    public virtual string? Encode(ref PooledBuffer body) =>
        PayloadBodies.Write(Policy.RequestCodec, Request, ref body, Policy.Compression, Requester.MaxMessageBytes);

    public override void Execute() => Requester.StartLate(this);

    public override void SendAgain() => Requester.StartLate(this);

    public override void OnSendFailed(TransportException exception) => Requester.OnSendFailed(exception, this);

    public override void OnReply(in InboundMessage reply)
    {
        var head = ReplyHead.Read(reply);
        if (Extras?.Options?.Response is { } metadata && (head.Status == StatusCode.OK || Policy.Attempts is null))
        {
            // Of several attempts only the reply that counts.
            ReplyMetadata.Read(reply.Headers, metadata);
        }

        if (head.Status != StatusCode.OK)
        {
            Fail(ToException(head, reply));
            return;
        }

        TReply value;
        try
        {
            PayloadSerializers.Require(Policy.ContentType, reply.ContentType);
            value = PayloadBodies.Read(Policy.ReplyCodec, ContentEncodings.Read(reply.Headers), reply.Body, Requester.MaxMessageBytes);
        }
        catch (PayloadTooLargeException exception)
        {
            Fail(StatusCode.ResourceExhausted, FailureReason.TooLarge, $"The reply of {reply.Body.Length:N0} bytes is too large when it is decompressed. {exception.Message}", mayHaveRun: true, exception);
            return;
        }
        catch (Exception exception)
        {
            // Whatever a hostile body makes a codec throw fails this call and nothing else.
            Fail(
                StatusCode.Internal,
                FailureReason.Undecodable,
                $"The reply of {reply.Body.Length:N0} bytes can't be decoded as {typeof(TReply)}: {ExceptionText.MessageOf(exception)} Do caller and worker use the same contract?",
                mayHaveRun: true,
                exception);
            return;
        }

        if (TryEnd())
        {
            _result = value;
            Finish(failure: null);
        }
    }

    public override void Complete()
    {
        if (!HasFailed || Policy.Attempts is null)
        {
            Extras?.Options?.Response?.SetNoHeaders();
        }

        if (HasFailed)
        {
            // Of a cancellation it makes a cancelled task.
            _outcome.SetException((Exception)_result!);
        }
        else
        {
            _outcome.SetResult((TReply)_result!);
        }
    }

    protected override void SetFailure(Exception exception)
    {
        HasFailed = true;
        _result = exception;
    }

    /// <summary>The exception that a failed reply stands for.</summary>
    protected Exception ToException(in ReplyHead head, in InboundMessage reply)
    {
        if (head.FaultType is { } name)
        {
            foreach (var fault in Operation.Faults)
            {
                if (string.Equals(fault.Name, name, StringComparison.Ordinal))
                {
                    try
                    {
                        return PayloadBodies.Read(new FaultBody.Codec(fault), ContentEncodings.Read(reply.Headers), reply.Body, Requester.MaxMessageBytes);
                    }
                    catch (Exception exception)
                    {
                        // Hostile fields, or a constructor that refuses them: the status below still says what happened.
                        MessagingTelemetry.Note(Activity, exception);
                        break;
                    }
                }
            }
        }

        return new RpcException(head.Status, head.Detail)
        {
            Reason = head.Reason,
            Operation = Operation.FullName,
            CorrelationId = CorrelationId,
            MayHaveRun = head.MayHaveRun,
            RetryAfter = head.Reason == FailureReason.Overloaded && ServiceLoad.ReadWaitMs(reply.Headers) is > 0 and var wait ? TimeSpan.FromMilliseconds(wait) : null,
            RemoteStackTrace = head.StackTrace,
            FaultName = head.FaultType,
            FaultFields = head.FaultType is null ? default : reply.Body.ToArray(),
        };
    }
}
