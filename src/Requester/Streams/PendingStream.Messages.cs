using Messaging.Buffers;
using Messaging.Compression;
using Messaging.Observers;
using Messaging.Serialization;
using Messaging.Streaming;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Streams;

/// <content>What its worker sends, on the transport's thread. Nothing in it is believed.</content>
internal partial class PendingStream<TRequest, TItem>
{
    private void OnMessage(string? type, uint number, in InboundMessage message)
    {
        if (HasEnded)
        {
            return;
        }

        Flow?.Hear();
        switch (type)
        {
            case WireNames.StreamItemType:
                OnItem(number, message);
                break;
            case WireNames.StreamOpenType:
                OnOpen(message);
                break;
            case WireNames.StreamHeadersType:
                Response?.SetHeaders(UserHeaders.Read(message.Headers));
                break;
            case WireNames.StreamEndType:
                OnEnd(number, message);
                break;
            case WireNames.StreamCreditType:
                if (StreamWindow.TryRead(message.Body.Span, out var credit))
                {
                    Flow?.Credit.Grant(credit);
                }

                break;
            case WireNames.StreamAliveType:
                break;
            default:
                OnRefusal(message);
                break;
        }
    }

    private void OnOpen(in InboundMessage message)
    {
        var address = message.Headers is not null && message.Headers.TryGetValue(WireNames.StreamAddress, out var header) ? HeaderValues.TryGetText(header) : null;
        if (address is null || !address.StartsWith(WireNames.WorkerQueuePrefix, StringComparison.Ordinal))
        {
            // What is sent to the stream must not end in anybody's work queue.
            FailProtocol($"the worker opened it with the address '{address}', which is none of a worker ('{WireNames.WorkerQueuePrefix}…')");
            return;
        }

        if (Flow is { } known)
        {
            if (!string.Equals(known.Pump?.Address.Queue, address, StringComparison.Ordinal))
            {
                FailLost("The stream's worker died, and another was given the stream from its beginning.");
            }

            return;
        }

        if (Link is not { } link)
        {
            return;
        }

        var flow = new StreamFlow(this, Id, Requester.Time);
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            flow.Pump = link.Streams.Enter(new StreamAddress(address, StreamHeaders.ReadsBatches(message.Headers)));
            Requester.Heartbeats.Add(flow);
            _flow = flow;
        }

        Policy.Service.Load.OnOpened(this, message.Headers);

        // It is the workers' to bound from here (MaxStreams): a stream that lasts takes no call's room.
        LeaveWindow();
        Requester.Deadlines.Remove(_openWait);
        _opened?.TrySetResult();
        Response?.Opening?.TrySetResult();
        OnOpened(flow, message);
    }

    private void OnItem(uint number, in InboundMessage message)
    {
        switch (_inbox.Admit(number))
        {
            case StreamAdmission.Gap:
                Fail(StatusCode.DataLoss, FailureReason.None, $"Items of the stream are missing: item {number} came after {_inbox.Arrivals:N0}.", mayHaveRun: true);
                Abandon();
                return;
            case StreamAdmission.Overrun:
                FailProtocol("the worker sent more than the window allows");
                return;
            case StreamAdmission.Ended:
                return;
        }

        var encoding = ContentEncodings.Read(message.Headers);
        TItem item = default!;
        try
        {
            PayloadSerializers.Require(Policy.ContentType, message.ContentType);
            if (encoding is null || typeof(TItem) == typeof(RawPayload))
            {
                item = PayloadBodies.Read(Policy.ReplyCodec, encoding, message.Body, Requester.MaxMessageBytes);
            }
        }
        catch (Exception exception)
        {
            // Whatever a hostile body makes a codec throw fails this stream and nothing else.
            Fail(
                StatusCode.Internal,
                FailureReason.Undecodable,
                $"Item {number} of {message.Body.Length:N0} bytes can't be decoded as {typeof(TItem)}: {ExceptionText.MessageOf(exception)} Do caller and worker use the same contract?",
                mayHaveRun: true,
                exception);
            Abandon();
            return;
        }

        Response?.SetNoHeaders();
        if (encoding is null || typeof(TItem) == typeof(RawPayload))
        {
            _inbox.Add(item, message.Body.Length);
        }
        else
        {
            _inbox.AddEncoded(encoding, message.Body.Span);
        }
    }

    /// <summary>Decodes a compressed item, for its reader.</summary>
    private TItem Decompress(string encoding, ReadOnlyMemory<byte> body)
    {
        try
        {
            return PayloadBodies.Read(Policy.ReplyCodec, encoding, body, Requester.MaxMessageBytes);
        }
        catch (Exception exception)
        {
            // Whatever a hostile body makes a codec throw fails this stream and nothing else.
            var tooLarge = exception is PayloadTooLargeException;
            var failure = new RpcException(
                tooLarge ? StatusCode.ResourceExhausted : StatusCode.Internal,
                $"An item of {body.Length:N0} bytes ({encoding}) can't be decoded as {typeof(TItem)}: {ExceptionText.MessageOf(exception)}",
                exception)
            {
                Operation = Operation.FullName,
                CorrelationId = CorrelationId,
                Reason = tooLarge ? FailureReason.TooLarge : FailureReason.Undecodable,
                MayHaveRun = true,
            };
            if (Fail(failure))
            {
                Abandon();
            }

            throw failure;
        }
    }

    private void OnEnd(uint number, in InboundMessage message)
    {
        Response?.SetTrailers(UserHeaders.Read(message.Headers));
        var head = ReplyHead.Read(message);
        if (head.Status != StatusCode.OK)
        {
            Fail(ToException(head, message));
        }
        else if (number != StreamSequence.Of(_inbox.Arrivals))
        {
            Fail(StatusCode.DataLoss, FailureReason.None, $"Items of the stream are missing: it ended after {number} items, of which {_inbox.Arrivals:N0} came.", mayHaveRun: true);
        }
        else if (TryEnd())
        {
            Finish(failure: null);
        }
    }

    private void OnRefusal(in InboundMessage message)
    {
        var head = ReplyHead.Read(message);
        if (head.Status == StatusCode.OK)
        {
            FailProtocol("the worker answered with a single reply");
        }
        else
        {
            Fail(ToException(head, message));
        }
    }

    private void FailProtocol(string what)
    {
        if (Fail(StatusCode.Internal, FailureReason.Undecodable, $"The stream was broken: {what}. Do caller and worker use the same version?", mayHaveRun: true))
        {
            Abandon();
        }
    }

    private void FailLost(string detail)
    {
        if (Fail(StatusCode.Unavailable, FailureReason.ConnectionLost, detail, mayHaveRun: true))
        {
            Abandon();
        }
    }
}
