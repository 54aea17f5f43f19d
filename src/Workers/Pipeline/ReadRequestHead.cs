using Messaging.Wire;

namespace Messaging.Pipeline;

/// <summary>Reads the properties, which any client in any language may have written.</summary>
internal sealed class ReadRequestHead : IDeliveryStep
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

            call.Head = head;
        }

        return ValueTask.CompletedTask;
    }
}
