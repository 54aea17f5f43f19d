using MassTransit;
using MassTransit.Logging;
using Messaging.MassTransit.Headers;

namespace Messaging.MassTransit.Requesters;

/// <summary>Sends the messages of one operation. Made once, at start.</summary>
internal abstract class OperationSender;

/// <summary>Makes the calls of an operation.</summary>
/// <typeparam name="TRequest">The request's type.</typeparam>
/// <typeparam name="TReply">The reply's type.</typeparam>
internal abstract class CallSender<TRequest, TReply> : OperationSender
{
    public abstract Task<TReply> CallAsync(TRequest request, CallOptions? options, CancellationToken cancellationToken);
}

/// <summary>Sends the commands of an operation.</summary>
/// <typeparam name="TRequest">The command's type.</typeparam>
internal abstract class CommandSender<TRequest> : OperationSender
{
    public abstract Task SendAsync(TRequest command, CallOptions? options, CancellationToken cancellationToken);
}

/// <summary>What the senders of a contract share.</summary>
/// <param name="Bus">The bus.</param>
/// <param name="Options">The requester's options.</param>
/// <param name="Address">Where the operation's messages go; null to publish them.</param>
/// <param name="NamesOperation">Whether the operation travels in a header.</param>
/// <param name="Time">The clock of deadlines.</param>
internal sealed record SenderSetup(IBus Bus, RequesterOptions Options, Uri? Address, bool NamesOperation, TimeProvider Time)
{
    /// <summary>Writes what every message of an operation has.</summary>
    public void Write(SendContext context, OperationDescriptor operation, CallOptions? options, string? trace)
    {
        BridgeHeaders.Write(context, options?.Headers);
        if (NamesOperation)
        {
            context.Headers.Set(BridgeHeaders.Operation, operation.Name);
        }

        if (trace is not null)
        {
            // MassTransit writes this itself where somebody listens to its own activities, and otherwise not at all.
            context.Headers.Set(DiagnosticHeaders.ActivityId, trace);
        }

        if (ServedMessage.Current is { } served)
        {
            context.ConversationId = served.ConversationId ?? context.ConversationId;
            context.InitiatorId = served.CorrelationId ?? served.RequestId ?? context.InitiatorId;
        }

        if (context.TryGetPayload<RabbitMqSendContext>(out var rabbit))
        {
            // What no queue takes comes back: a call fails at once, and a command is not lost in silence.
            rabbit.Mandatory = true;
        }
    }

    public TimeSpan TimeoutOf(OperationDescriptor operation) =>
        (Options.Operations.TryGetValue(operation.Name, out var own) ? own.Timeout : null) ?? operation.Timeout ?? Options.Timeout;
}
