using Messaging.Deadlines;
using Messaging.Wire;

namespace Messaging.Pipeline;

/// <summary>
/// Reads the properties, which any client in any language may have written. What a call has waited, on its way and here,
/// is taken from the time that remained when it was sent.
/// </summary>
internal sealed class ReadRequestHead(TimeProvider time) : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call)
    {
        if (call.Outcome is null)
        {
            if (!RequestHead.TryRead(call.Message, out var head, out var error))
            {
                call.Refuse(StatusCode.InvalidArgument, error, FailureReason.Undecodable);
            }
            else if ((head = head with { Timeout = call.TimeLeft ?? head.Timeout }).Timeout == TimeSpan.Zero)
            {
                call.Refuse(StatusCode.DeadlineExceeded, "The call came with no time left.");
            }
            else if (!call.IsCommand)
            {
                head = head with { Timeout = TimeLeft(call, head.Timeout) };
                if (head.Timeout == TimeSpan.Zero)
                {
                    call.Refuse(StatusCode.DeadlineExceeded, $"The deadline passed at stage 'queue': the call had waited for {TimeText.Of(call.Waited)}, and was not begun.", mayHaveRun: call.Delivery.Message.Redelivered);
                }
            }

            call.Head = head;
        }

        return ValueTask.CompletedTask;
    }

    private TimeSpan? TimeLeft(WorkerCall call, TimeSpan? stated)
    {
        var delivery = call.Delivery;
        var begun = time.GetTimestamp();
        var here = time.GetElapsedTime(delivery.ArrivedAt, begun);
        var onItsWay = TimeSpan.FromMicroseconds(delivery.WaitUs);
        if (onItsWay >= stated && !delivery.Sender!.IsSure(MonotonicTime.Of(begun, time)))
        {
            // The broker would have dropped it: more likely its sender's clock stood still for a while, as of a machine that sleeps.
            onItsWay = TimeSpan.Zero;
        }
        else if (delivery.LateBy is not null && call.Gate is { IsFull: true })
        {
            // With a slot free, what a call was late by is its way, which no requester shortens by calling less.
            call.WaitMs = (long)(onItsWay + here).TotalMilliseconds;
        }

        call.BegunAt = begun;
        call.Waited = onItsWay + here;
        return stated is not { } timeout ? null : timeout > call.Waited ? timeout - call.Waited : TimeSpan.Zero;
    }
}
