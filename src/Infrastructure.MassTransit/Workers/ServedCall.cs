using MassTransit;
using Messaging.MassTransit.Headers;
using Messaging.MassTransit.Messages;

namespace Messaging.MassTransit.Workers;

/// <summary>Serves a call: runs its handler inside the caller's deadline and answers.</summary>
internal sealed class ServedCall<TService, TRequest, TReply, TMessage>(
    ReplyShape<TReply, TMessage> shape, Operation<TRequest, TReply> operation, Func<TService, TRequest, CancellationToken, Task<TReply>> handler, WorkerSetup<TService> setup)
    : ServedHandler<TService, TRequest, TReply>(operation, handler, setup)
    where TService : class
    where TRequest : class
    where TMessage : class
{
    public override Task ServeAsync(ConsumeContext<TRequest> context) => RunAsync(
        context,
        AttemptOf(context),
        RemainingOf(context),
        context.ResponseAddress is null ? null : (reply, call) => RespondAsync(context, reply, call));

    private Task RespondAsync(ConsumeContext<TRequest> context, TReply reply, CallContext call)
    {
        if (shape.Wrap(reply) is { } message)
        {
            return context.RespondAsync(message, (SendContext<TMessage> send) => BridgeHeaders.WriteReply(send, call));
        }

        return context.IsResponseAccepted<Done>(defaultIfHeaderNotFound: false)
            ? context.RespondAsync(new Done(), (SendContext<Done> send) => BridgeHeaders.WriteReply(send, call))
            : throw new InvalidOperationException($"The handler of {Operation.FullName} returned null, which MassTransit can't carry. Return a {typeof(TReply).Name} that says so, or throw.");
    }

    /// <summary>
    /// What remains of the caller's deadline. MassTransit's messages carry an instant: where the clocks of two machines
    /// differ, no more is left than the caller gave.
    /// </summary>
    private TimeSpan? RemainingOf(ConsumeContext context)
    {
        if (context.ExpirationTime is not { } expires)
        {
            return null;
        }

        var left = expires.ToUniversalTime() - Setup.Time.GetUtcNow().UtcDateTime;
        if (context.SentTime is { } sent && expires - sent < left)
        {
            left = expires - sent;
        }

        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < CallOptions.MaxTimeout ? left : CallOptions.MaxTimeout;
    }
}
