using Messaging.Deadlines;
using Messaging.Overload;
using Messaging.Streams;

namespace Messaging.Pipeline;

/// <summary>
/// Refuses at once what can't be answered in time: what <see cref="WaitingRoom"/> has taken out, and a call that has waited
/// until it has less left than its handler takes. It is cheap, and its caller hears of it while there is time for something else.
/// </summary>
internal sealed class RefuseHopeless(OverloadWatch overload, TimeProvider time) : IDeliveryStep
{
    public ValueTask InvokeAsync(WorkerCall call)
    {
        if (call.Outcome is not null || call.IsCommand)
        {
            return ValueTask.CompletedTask;
        }

        var usualUs = call.Handler!.UsualTime.Us;
        if (!call.IsRefused)
        {
            overload.OnBegun(call, usualUs);
        }

        if (call.IsRefused)
        {
            Refuse(call, "those that came after it have more time left and are answered first");
        }
        else if (call.Head.Timeout is { } left && IsTooLate(call, left, usualUs))
        {
            Refuse(call, $"{TimeText.Of(left)} of its time is left, and the handler takes {TimeText.Of(TimeSpan.FromMicroseconds(usualUs))}");
        }

        return ValueTask.CompletedTask;
    }

    // Who gave less time than the handler takes from the beginning is not the worker's overload.
    private bool IsTooLate(WorkerCall call, TimeSpan left, long usualUs) =>
        left.TotalMicroseconds < usualUs
        && (left + call.Waited).TotalMicroseconds >= usualUs
        && call.Handler is not StreamHandler
        && !(call.IsTrial = call.Handler!.UsualTime.TryTrial(call.BegunAt, time));

    private void Refuse(WorkerCall call, string reason)
    {
        overload.OnRefused();
        call.Refuse(
            StatusCode.ResourceExhausted,
            $"Refused in time at stage 'worker': the call had waited for {TimeText.Of(call.Waited)}; {reason}. The workers have more to do than they can: add workers, or call less.",
            FailureReason.Overloaded,
            mayHaveRun: call.Delivery.Message.Redelivered);
    }
}
