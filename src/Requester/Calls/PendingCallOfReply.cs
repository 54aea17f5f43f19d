using Messaging.Policies;
using Messaging.Serialization;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Calls;

/// <summary>A pending call with its types, and with what is needed to send it, once or again.</summary>
/// <typeparam name="TRequest">The request's type.</typeparam>
/// <typeparam name="TReply">The reply's type.</typeparam>
internal sealed class PendingCall<TRequest, TReply>(
    Requester requester, CallPolicy<TRequest, TReply> policy, TRequest request, in CallClock clock, CallExtras? extras)
    : PendingCall(requester, policy, clock, extras)
{
    // The caller goes on right where this is completed: see ReplyTurns.
    private readonly TaskCompletionSource<TReply> _outcome = new();
    private TReply _reply = default!;
    private Exception? _failure;

    public Task<TReply> Task => _outcome.Task;

    public TRequest Request => request;

    public new CallPolicy<TRequest, TReply> Policy => (CallPolicy<TRequest, TReply>)base.Policy;

    public override Task Completion => _outcome.Task;

    public override void Execute() => Requester.StartLate(this);

    public override void OnSendFailed(TransportException exception) => Requester.OnSendFailed(exception, this);

    public override void OnReply(in InboundMessage reply)
    {
        var head = ReplyHead.Read(reply);
        if (head.Status != StatusCode.OK)
        {
            Fail(ToException(head, reply));
            return;
        }

        TReply value;
        try
        {
            if (reply.ContentType is { } type && !PayloadSerializers.Matches(Policy.ContentType, type))
            {
                throw new NotSupportedException($"Its content type is '{type}', not '{Policy.ContentType}'.");
            }

            value = Policy.ReplyCodec.Decode(reply.Body.Span);
        }
        catch (Exception exception)
        {
            // Whatever a hostile body makes a codec throw fails this call and nothing else.
            Fail(
                StatusCode.Internal,
                FailureReason.Undecodable,
                $"The reply of {reply.Body.Length:N0} bytes can't be decoded as {typeof(TReply)}: {exception.Message} Do caller and worker use the same contract?",
                mayHaveRun: true,
                exception);
            return;
        }

        if (TryEnd())
        {
            _reply = value;
            Finish(error: null);
        }
    }

    public override void Complete()
    {
        switch (_failure)
        {
            case null:
                _outcome.SetResult(_reply);
                break;
            case OperationCanceledException { CancellationToken.IsCancellationRequested: true } cancelled:
                _outcome.SetCanceled(cancelled.CancellationToken);
                break;
            default:
                _outcome.SetException(_failure);
                break;
        }
    }

    protected override void SetFailure(Exception exception) => _failure = exception;

    private Exception ToException(in ReplyHead head, in InboundMessage reply)
    {
        if (head.FaultType is { } name)
        {
            foreach (var fault in Operation.Faults)
            {
                if (string.Equals(fault.Name, name, StringComparison.Ordinal))
                {
                    try
                    {
                        return FaultBody.Read(fault, reply.Body.Span);
                    }
                    catch (Exception exception)
                    {
                        // Hostile fields, or a constructor that refuses them: the status below still says what happened.
                        Activity?.AddException(exception);
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
            RemoteStackTrace = head.StackTrace,
        };
    }
}
