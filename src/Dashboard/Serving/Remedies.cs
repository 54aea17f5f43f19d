namespace Messaging.Serving;

/// <summary>What to do about a failure, for the person at the page.</summary>
internal static class Remedies
{
    public static string? Of(RpcException failure) => failure.Status switch
    {
        StatusCode.Unavailable when failure.Reason == FailureReason.NoRoute => "Start a worker of the service, or check the service's name.",
        StatusCode.Unavailable => "Check that the broker runs and that Messaging:RabbitMq:Uri leads to it. This page goes on by itself when it is back.",
        StatusCode.PermissionDenied => "Give the broker's user the rights for the queues of the service (rabbitmqctl set_permissions).",
        StatusCode.ResourceExhausted when failure.Reason == FailureReason.Overloaded && !failure.MayHaveRun =>
            "There is more to do than can be done, or a queue is full: have workers catch up or add some, call less, then try again.",
        StatusCode.ResourceExhausted => "The queue or the broker is full: have workers catch up, or give the broker memory and disk, then try again.",
        StatusCode.DeadlineExceeded when failure.Reason == FailureReason.NodeDown => "Bring the broker's node back, and see that workers of the service run.",
        StatusCode.DeadlineExceeded => "Try again. If it stays so, the workers are too few or too slow, or the broker is overloaded.",
        _ => null,
    };
}
